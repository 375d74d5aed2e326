// What the pages of one attempt share: its data, the clock, the queue and the line that tells the truth about saving.

import { makeApi } from "./api.js";
import { makeClock, pageReadAt } from "./clock.js";
import { startCountdown } from "./countdown.js";
import { fingerprint } from "./fingerprint.js";
import { makeJournal } from "./journal.js";
import { makeSaver } from "./saver.js";
import { makeNotices } from "./notices.js";
import { makeAnnouncer, makeStatus } from "./status.js";
import { pageTexts, readJson } from "./texts.js";

const byId = (id) => document.getElementById(id);

export function openAttempt({ onUpdate = () => {} } = {}) {
  const attempt = readJson("attempt-data");
  const text = pageTexts();
  const announce = makeAnnouncer(byId("announcements"));
  const clock = makeClock(attempt.server_time, { readAt: pageReadAt() });
  const api = makeApi({
    csrf: document.querySelector("meta[name=csrf-token]")?.content,
    onDate: (date) => clock.hear(date, 2500),
  });
  const say = makeStatus({ element: byId("saving"), text, announce });
  const showNotices = makeNotices({ items: attempt.items, text });
  const show = (state) => {
    say(state);
    showNotices(state);
  };
  const saver = makeSaver({
    items: attempt.items,
    send: (no, body, options) => api.save(attempt.ref, no, body, options),
    journal: makeJournal(attempt.ref),
    fingerprint,
    onUpdate: (state) => {
      show(state);
      queueMicrotask(() => onUpdate(state)); // the first report may come before the page has its saver
    },
  });
  const page = { attempt, text, announce, clock, api, saver, beforeLeaving: () => {} };
  show(saver.state());
  keepSending(page);
  countDown(page);
  return page;
}

// Every moment at which waiting any longer would be wrong.
function keepSending(page) {
  const { saver, api } = page;
  const leave = () => {
    page.beforeLeaving();
    saver.leave();
  };
  addEventListener("online", () => saver.flush());
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && saver.flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") return leave();
    saver.flush();
    api.session().catch(() => {}); // its date corrects a clock that slept
  });
  if ("BroadcastChannel" in globalThis) new BroadcastChannel("quizapp").onmessage = () => saver.flush();
  if (saver.state().owed) saver.flush();
}

function countDown({ attempt, text, announce, clock, saver }) {
  const element = byId("time-left");
  if (!element || attempt.kind !== "sitting") return;
  const onEnd = () => {
    saver.flush();
    byId("notice-time-up").hidden = false;
  };
  startCountdown({ element, deadline: attempt.deadline, clock, text, announce, onEnd });
}
