// The queue that carries answers to the server and tells the truth about it.
//
// One request in flight an item, the latest content wins, everything is retried until it is acknowledged, in the order in
// which it was changed. A request carries the last acknowledged sequence + 1. When a request ends without an answer it may
// still have arrived, so its fingerprint is remembered: a later "stale" that shows our own words is no conflict, only a
// late acknowledgement. Of several tabs the one in which an item was changed sends it; the others know and wait.

import { entryOf, makeRecord, pending, regain } from "./records.js";
import { kindOfTrouble, pauseBefore } from "./trouble.js";

const TYPING_PAUSE = 800;
const LONGEST_WAIT = 4000;
const LINES = 3;
const PATIENCE_WITH_TABS = 3000;
const KEEPALIVE_LIMIT = 60000; // browsers refuse more than 64 KiB of keepalive bodies
const HOPELESS = new Set(["closed", "signed-out", "somebody-else"]);
const ALONE = { id: "", tell: () => {}, hear: () => {}, alive: async () => null };

export function makeSaver({
  items, send, journal, fingerprint, tabs = ALONE, onUpdate = () => {}, onAdopt = () => {}, onAnswer = () => {},
  alive = null, inView = () => true, timers = globalThis, now = () => performance.now(),
}) {
  const records = new Map(items.map((item) => [item.no, makeRecord(item, fingerprint)]));
  const line = { trouble: null, tries: 0, timer: null, said: null };
  const waiters = new Set();
  let ticks = 0;
  let watch = null;

  const all = () => [...records.values()];
  const mine = (record) => record.holder === null;
  const inTime = (record) => line.trouble !== "closed" || record.late !== record.print; // late work is knocked with once
  const sendable = (record) => pending(record) && mine(record) && !record.conflict && !record.refused && inTime(record);

  function change(no, content, { urgent = false } = {}) {
    const record = records.get(no);
    const print = fingerprint(content);
    const stirred = record.unread;
    record.unread = false;
    if (print === record.print) return void (stirred && update());
    Object.assign(record, { content, print, refused: null, holder: null, tick: (ticks += 1) });
    note(record);
    tellChanged(record);
    if (pending(record)) schedule(record, urgent ? 0 : TYPING_PAUSE);
    update();
  }

  // Something is being typed that nobody has read yet: it is owed from this moment.
  function stir(no) {
    const record = records.get(no);
    if (record.unread) return;
    record.unread = true;
    update();
  }

  function schedule(record, pause) {
    timers.clearTimeout(record.timer);
    record.dueBy ??= now() + LONGEST_WAIT;
    if (pause === 0) return ripen(record);
    record.timer = timers.setTimeout(() => ripen(record), Math.min(pause, Math.max(0, record.dueBy - now())));
  }

  function ripen(record) {
    timers.clearTimeout(record.timer);
    Object.assign(record, { ripe: true, timer: null, dueBy: null });
    pump();
  }

  function pump() {
    if (line.timer) return;
    const flying = all().filter((record) => record.flights > 0).length;
    const ready = all().filter((record) => record.ripe && record.flights === 0 && sendable(record));
    ready.sort((a, b) => a.tick - b.tick);
    ready.slice(0, Math.max(0, LINES - flying)).forEach((record) => dispatch(record, record.seq + 1));
  }

  async function dispatch(record, seq, options) {
    const { content, print } = record;
    record.flights += 1;
    record.ripe = false;
    record.sent.add(print);
    note(record);
    update();
    try {
      const disk = options ? undefined : journal.stored();
      if (disk) await disk; // first written down that it may arrive, then sent; a page that is leaving cannot wait
      acknowledge(record, content, print, await send(record.no, { seq, ...content }, options));
    } catch (problem) {
      if (!problem.slug) console.error(problem); // a fault of ours: say so, keep the answer, try again
      stumble(record, print, problem);
    } finally {
      record.flights -= 1;
      note(record);
      update();
      pump();
    }
  }

  function acknowledge(record, content, print, answer) {
    if (line.trouble === "closed") line.trouble = null; // it takes answers, so it is open
    calm();
    onAnswer(answer);
    const { seq, saved_at: savedAt, words } = answer;
    if (seq <= record.seq) return;
    Object.assign(record, { seq, savedAt, words, acked: print });
    record.sent.clear();
    tabs.tell("acked", { no: record.no, content, seq, savedAt, words, tick: record.tick });
    if (pending(record) && !record.timer) record.ripe = true;
  }

  function stumble(record, print, problem) {
    const kind = kindOfTrouble(problem);
    if (kind === "stale") return compare(record, problem.extra.newer);
    if (kind === "refused") return refuse(record, problem);
    record.ripe = true;
    if (kind === "closed") return close(problem, record, print);
    line.trouble = kind;
    timers.clearTimeout(line.timer);
    line.timer = timers.setTimeout(retry, pauseBefore(line.tries, kind, problem));
    line.tries += 1;
  }

  function compare(record, newer) {
    calm();
    if (newer.seq <= record.seq) return void (record.ripe = true);
    const print = fingerprint(newer);
    const ours = print === record.print || record.sent.has(print);
    record.sent.clear();
    if (!ours) return void (record.conflict = newer);
    Object.assign(record, { seq: newer.seq, savedAt: newer.saved_at, acked: print, ripe: true });
    tabs.tell("acked", { no: record.no, content: contentOf(newer), seq: newer.seq, savedAt: newer.saved_at, tick: record.tick });
  }

  function refuse(record, problem) {
    calm();
    record.sent.clear();
    record.refused = problem;
  }

  // The server takes nothing more. What is still owed is sent once all the same: it keeps late work aside.
  function close(problem = null, record = null, print = null) {
    timers.clearTimeout(line.timer);
    Object.assign(line, { trouble: "closed", tries: 0, timer: null, said: problem?.detail ?? line.said });
    if (record) Object.assign(record, { late: print });
    all().filter(pending).forEach((owed) => (owed.ripe = true));
    update();
    pump();
  }

  // More time was given after all: nothing that was turned away is lost.
  function reopen() {
    if (line.trouble !== "closed") return;
    all().forEach((record) => (record.late = null));
    line.trouble = null;
    flush();
  }

  function calm() {
    if (line.trouble === "closed") return;
    timers.clearTimeout(line.timer);
    Object.assign(line, { trouble: null, tries: 0, timer: null });
  }

  function retry() {
    line.timer = null;
    pump();
    update();
  }

  // Try everything now: the network is back, the person returned, or is about to hand in.
  function flush() {
    timers.clearTimeout(line.timer);
    Object.assign(line, { tries: 0, timer: null });
    for (const record of all().filter(pending)) {
      timers.clearTimeout(record.timer);
      Object.assign(record, { refused: null, ripe: true, timer: null, dueBy: null });
    }
    pump();
    lookAfterTabs();
  }

  // The page is going away: one last request an item that outlives it. A request still in flight may come first or not
  // at all, so this one steps over its number.
  function leave() {
    for (const record of all().filter(sendable)) {
      if (record.flights > 0 && record.sent.has(record.print)) continue;
      timers.clearTimeout(record.timer);
      record.timer = null;
      const size = JSON.stringify(record.content).length * 2;
      dispatch(record, record.seq + (record.flights ? 2 : 1), { keepalive: size < KEEPALIVE_LIMIT });
    }
    journal.leave();
  }

  function keepMine(no) {
    const record = records.get(no);
    const acked = fingerprint(record.conflict);
    Object.assign(record, { seq: record.conflict.seq, acked, conflict: null, tick: (ticks += 1), holder: null });
    note(record);
    tellChanged(record);
    ripen(record);
    update();
  }

  function keepNewer(no) {
    const record = records.get(no);
    const { seq, saved_at: savedAt } = record.conflict;
    const content = contentOf(record.conflict);
    const print = fingerprint(content);
    Object.assign(record, { seq, savedAt, content, print, acked: print, conflict: null, tick: (ticks += 1), holder: null });
    note(record);
    tabs.tell("acked", { no, content, seq, savedAt, tick: record.tick });
    update();
    return content;
  }

  // -- other tabs --------------------------------------------------------------------------------------------------

  function tellChanged({ no, content, tick, seq, sent }) {
    tabs.tell("changed", { no, content, tick, seq, sent: [...sent] });
  }

  function heard({ kind, tab, ...told }) {
    ticks = Math.max(ticks, told.tick ?? 0);
    if (kind === "hello") tabs.tell("tick", { tick: ticks });
    if (kind === "handed-in") return close();
    const record = records.get(told.no);
    if (record && kind === "changed") changedThere(record, told, tab);
    if (record && kind === "acked") ackedThere(record, told);
    update();
  }

  function changedThere(record, { content, tick, seq, sent }, tab) {
    const older = tick < record.tick || (tick === record.tick && tab < tabs.id);
    if (older && seq <= record.seq) return;
    timers.clearTimeout(record.timer);
    Object.assign(record, { tick, holder: tab, ripe: false, timer: null, dueBy: null, conflict: null, refused: null });
    adopt(record, content);
    for (const print of [...sent, record.print]) record.sent.add(print);
    lookAfterTabs();
  }

  function ackedThere(record, { content, seq, savedAt, words }) {
    if (seq <= record.seq) return;
    const acked = fingerprint(content);
    const goneOn = pending(record) && record.print !== acked; // a later change, here or there, is still on its way
    if (!goneOn) {
      record.sent.clear();
      Object.assign(record, { conflict: null, holder: null });
      adopt(record, content);
    }
    Object.assign(record, { seq, savedAt, words, acked });
    note(record);
  }

  function adopt(record, content) {
    const print = fingerprint(content);
    if (print === record.print) return;
    Object.assign(record, { content, print });
    onAdopt(record.no, content);
  }

  // What another tab is to send and does not: its tab is gone, or it lies in the background while this one is in view.
  async function lookAfterTabs() {
    if (watch || !all().some((record) => pending(record) && !mine(record))) return;
    watch = timers.setTimeout(takeOver, PATIENCE_WITH_TABS);
  }

  async function takeOver() {
    const alive = await tabs.alive();
    watch = null;
    for (const record of all().filter((other) => pending(other) && !mine(other))) {
      if (alive?.has(record.holder) && !inView()) continue;
      Object.assign(record, { holder: null, tick: (ticks += 1) });
      note(record);
      tellChanged(record);
      ripen(record);
    }
    lookAfterTabs();
  }

  // -- what is told ------------------------------------------------------------------------------------------------

  function note(record) {
    if (!mine(record)) return;
    if (pending(record)) journal.write(record.no, entryOf(record));
    else journal.forget(record.no, record.tick);
  }

  function state() {
    const saved = all().map((record) => record.savedAt).filter(Boolean);
    const owed = all().filter((record) => pending(record) || record.unread);
    return {
      owed: owed.length,
      late: owed.filter((record) => record.late === record.print).length,
      trouble: line.trouble,
      said: line.said,
      savedAt: saved.reduce((last, next) => (Date.parse(next) > Date.parse(last) ? next : last), saved[0] ?? null),
      conflicts: all().filter((record) => record.conflict).map((record) => record.no),
      refused: all().filter((record) => record.refused).map(({ no, refused }) => ({ no, problem: refused })),
      keeps: journal.keeps,
      why: journal.why ?? null,
      damaged: journal.damaged ?? 0,
    };
  }

  function update() {
    const present = state();
    onUpdate(present);
    for (const waiter of [...waiters]) waiter(present);
  }

  // Resolves to the state once nothing is owed, or once waiting cannot help, or after the given time.
  function settled(patienceMs) {
    return new Promise((resolve) => {
      const done = () => {
        timers.clearTimeout(timer);
        waiters.delete(look);
        resolve(state());
      };
      const stuck = ({ trouble, conflicts, refused }) => HOPELESS.has(trouble) || conflicts.length > 0 || refused.length > 0;
      const look = (present) => (present.owed === 0 || stuck(present)) && done();
      const timer = timers.setTimeout(done, patienceMs);
      waiters.add(look);
      look(state());
    });
  }

  const item = (no) => {
    const { content, savedAt, conflict, refused, words, late, print } = records.get(no);
    return { no, content, savedAt, conflict, refused, words, late: late !== null && late === print, pending: pending(records.get(no)) };
  };

  // -- begin -------------------------------------------------------------------------------------------------------

  function recover(no, kept, living = null) {
    const record = records.get(no);
    if (!record || pending(record)) return;
    ticks = Math.max(ticks, kept.tick ?? 0);
    regain(record, kept, fingerprint);
    if (!pending(record)) return journal.forget(no, record.tick);
    if (kept.tab !== tabs.id && living?.has(kept.tab)) record.holder = kept.tab;
  }

  function foundLate(no, kept) {
    recover(no, kept);
    if (records.has(no)) onAdopt(no, records.get(no).content);
    update();
    pump();
  }

  for (const no of records.keys()) {
    const kept = journal.read(no);
    if (kept) recover(no, kept, alive);
  }
  Object.assign(journal, { onKeeping: update, onFound: foundLate });
  tabs.hear(heard);
  tabs.tell("hello");

  return {
    stir, change, flush, leave, close, reopen, keepMine, keepNewer, item, state, settled, tell: tabs.tell,
    numbers: () => [...records.keys()],
  };
}

function contentOf({ choice, html }) {
  return choice ? { choice } : { html };
}
