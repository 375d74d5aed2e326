// What the pages of one attempt share: its data, the clock, the queue and the line that tells the truth about saving.

import { makeApi } from "./api.js";
import { makeClock, pageReadAt, wallMoment } from "./clock.js";
import { sittingSays, startCountdown, writtenSays } from "./countdown.js";
import { fingerprint } from "./fingerprint.js";
import { openJournal } from "./journal.js";
import { makeNotices } from "./notices.js";
import { hearSignedIn, ownerMark } from "./owner.js";
import { makePulse } from "./pulse.js";
import { makeSaver } from "./saver.js";
import { makeAnnouncer, makeStatus } from "./status.js";
import { joinTabs } from "./tabs.js";
import { pageTexts, readJson } from "./texts.js";

const byId = (id) => document.getElementById(id);

// Resolves as soon as it is known what this device has kept; a slow disk is not waited for.
export async function openAttempt({ onUpdate = () => {}, onAdopt = () => {}, onLock = () => {} } = {}) {
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
  const page = { attempt, owner, text, announce, clock, api, journal, onLock, locked: false, beforeLeaving: () => {} };
  const show = (state) => {
    say(state);
    showNotices(state);
  };
  page.saver = makeSaver({
    items: attempt.items,
    send: (no, body, options) => api.save(attempt.ref, no, body, options),
    journal, fingerprint, tabs, alive, onAdopt,
    inView: () => document.hasFocus(),
    onAnswer: ({ deadline }) => page.pulse?.hear({ deadline }),
    onUpdate: (state) => {
      show(state);
      queueMicrotask(() => {
        onUpdate(state); // the first report may come before the page has its saver
        relock(page);
      });
    },
  });
  show(page.saver.state());
  keepSending(page);
  keepTime(page);
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

// The clock on the desk follows what the server says: a moved deadline, a pause, an end.
function keepTime(page) {
  const { attempt, api, text, announce, clock, saver } = page;
  const countdown = startCountdown({
    element: byId("time-left"), deadline: attempt.deadline, clock, text, announce,
    say: attempt.kind === "sitting" ? sittingSays : writtenSays,
    onEnd: () => {
      saver.flush();
      page.pulse?.look();
      byId("notice-time-up").hidden = false;
    },
  });
  const ask = async () => {
    const told = await api.time(attempt.ref);
    clock.hear(told.server_time);
    return told;
  };
  page.pulse = makePulse({
    ask, deadline: attempt.deadline, isUp: countdown.isUp,
    onNews: (known, news) => tellTime({ page, countdown, known, ...news }),
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && page.pulse.look());
  if (countdown.isUp()) page.pulse.look();
}

function tellTime({ page, countdown, known, before, moved }) {
  const { saver, text, announce } = page;
  if (moved) {
    countdown.move(known.deadline);
    const sentence = text("time.moved", { time: wallMoment(known.deadline) });
    byId("notice-moved").querySelector("[data-moved]").textContent = sentence;
    byId("notice-moved").hidden = false;
    announce(sentence);
  }
  if (known.paused !== before.paused) {
    countdown.pause(known.paused);
    byId("notice-paused").hidden = !known.paused;
    announce(text(known.paused ? "time.paused" : "time.resumed"));
  }
  if (known.state !== "open") {
    for (const link of document.querySelectorAll("[data-when-handed-in]")) link.hidden = known.state !== "handed_in";
    saver.close();
  } else if (!countdown.isUp()) {
    byId("notice-time-up").hidden = true;
    saver.reopen();
  }
  relock(page);
}

// While the contest is paused, and when it has ended, nothing can be changed; what was typed before still goes out.
function relock(page) {
  const { paused } = page.pulse?.known() ?? {};
  const locked = Boolean(paused) || page.saver.state().trouble === "closed";
  if (locked === page.locked) return;
  page.beforeLeaving();
  page.locked = locked;
  page.onLock(locked);
}
