// What the pages of one attempt share: its data, the clock, the queue and the line that tells the truth about saving.

import { makeApi } from "./api.js";
import { makeClock, pageReadAt } from "./clock.js";
import { startCountdown } from "./countdown.js";
import { fingerprint } from "./fingerprint.js";
import { openJournal } from "./journal.js";
import { makeNotices } from "./notices.js";
import { hearSignedIn, ownerMark } from "./owner.js";
import { makeSaver } from "./saver.js";
import { makeAnnouncer, makeStatus } from "./status.js";
import { joinTabs } from "./tabs.js";
import { pageTexts, readJson } from "./texts.js";

const byId = (id) => document.getElementById(id);

// Resolves as soon as it is known what this device has kept; a slow disk is not waited for.
export async function openAttempt({ onUpdate = () => {}, onAdopt = () => {} } = {}) {
  const attempt = readJson("attempt-data");
  const text = pageTexts();
  const announce = makeAnnouncer(byId("announcements"));
  const clock = makeClock(attempt.server_time, { readAt: pageReadAt() });
  const api = makeApi({
    csrf: document.querySelector("meta[name=csrf-token]")?.content,
    onDate: (date) => clock.hear(date, 2500),
  });
  const owner = ownerMark();
  const tabs = joinTabs(attempt.ref);
  const [journal, alive] = await Promise.all([openJournal({ attempt: attempt.ref, owner, tab: tabs.id }), tabs.alive()]);
  const say = makeStatus({ element: byId("saving"), text, announce });
  const showNotices = makeNotices({ items: attempt.items, text });
  const page = { attempt, owner, text, announce, clock, api, journal, beforeLeaving: () => {} };
  const show = (state) => {
    say(state);
    showNotices(state);
  };
  page.saver = makeSaver({
    items: attempt.items,
    send: (no, body, options) => api.save(attempt.ref, no, body, options),
    journal, fingerprint, tabs, alive, onAdopt,
    inView: () => document.hasFocus(),
    onUpdate: (state) => {
      show(state);
      queueMicrotask(() => onUpdate(state)); // the first report may come before the page has its saver
    },
  });
  show(page.saver.state());
  keepSending(page);
  countDown(page);
  return page;
}

// Every moment at which waiting any longer would be wrong.
function keepSending(page) {
  const { saver, api, owner } = page;
  const leave = () => {
    page.beforeLeaving();
    saver.leave();
  };
  addEventListener("online", () => saver.flush());
  addEventListener("pagehide", leave);
  document.addEventListener("freeze", leave);
  addEventListener("pageshow", (event) => event.persisted && saver.flush());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") return leave();
    saver.flush();
    api.session().catch(() => {}); // its date corrects a clock that slept
  });
  addEventListener("beforeunload", (event) => {
    page.beforeLeaving();
    const { owed, keeps } = saver.state();
    if (owed && !keeps) event.preventDefault(); // nothing but this page holds them: the browser asks first
  });
  hearSignedIn((who) => {
    if (who !== owner) api.doubt();
    saver.flush();
  });
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
