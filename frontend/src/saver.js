// The queue that carries answers to the server and tells the truth about it.
//
// One request in flight an item, the latest content wins, everything is retried until it is acknowledged. A request
// carries the last acknowledged sequence + 1. When a request ends without an answer it may still have arrived, so its
// fingerprint is remembered: a later "stale" that shows our own words is no conflict, only a late acknowledgement.

import { kindOfTrouble, pauseBefore } from "./trouble.js";

const TYPING_PAUSE = 800;
const LONGEST_WAIT = 4000;
const LINES = 3;
const KEEPALIVE_LIMIT = 60000; // browsers refuse more than 64 KiB of keepalive bodies

export function makeSaver({ items, send, journal, fingerprint, onUpdate = () => {}, timers = globalThis, now = Date.now }) {
  const records = new Map(items.map((item) => [item.no, resume(item, journal, fingerprint)]));
  const line = { trouble: null, tries: 0, timer: null };
  const waiters = new Set();

  const all = () => [...records.values()];
  const pending = (record) => record.print !== record.acked || record.sent.size > 0;
  const sendable = (record) => pending(record) && !record.conflict && !record.refused && line.trouble !== "closed";
  const owed = () => all().filter(pending).length;

  function change(no, content, { urgent = false } = {}) {
    const record = records.get(no);
    const print = fingerprint(content);
    if (print === record.print) return;
    Object.assign(record, { content, print, refused: null });
    note(record);
    if (pending(record)) schedule(record, urgent ? 0 : TYPING_PAUSE);
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
    if (line.timer || line.trouble === "closed") return;
    const flying = all().filter((record) => record.flights > 0).length;
    const ready = all().filter((record) => record.ripe && record.flights === 0 && sendable(record));
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
      acknowledge(record, print, await send(record.no, { seq, ...content }, options));
    } catch (problem) {
      if (!problem.slug) console.error(problem); // a fault of ours: say so, keep the answer, try again
      stumble(record, problem);
    } finally {
      record.flights -= 1;
      note(record);
      update();
      pump();
    }
  }

  function acknowledge(record, print, { seq, saved_at: savedAt, words }) {
    calm();
    if (seq <= record.seq) return;
    Object.assign(record, { seq, savedAt, words, acked: print });
    record.sent.clear();
    if (pending(record) && !record.timer) record.ripe = true;
  }

  function stumble(record, problem) {
    const kind = kindOfTrouble(problem);
    if (kind === "stale") return compare(record, problem.extra.newer);
    if (kind === "refused") return refuse(record, problem);
    record.ripe = true;
    line.trouble = kind;
    if (kind === "closed") return;
    timers.clearTimeout(line.timer);
    line.timer = timers.setTimeout(retry, pauseBefore(line.tries, kind, problem));
    line.tries += 1;
  }

  function compare(record, newer) {
    calm();
    if (newer.seq <= record.seq) return;
    const print = fingerprint(newer);
    const ours = print === record.print || record.sent.has(print);
    record.sent.clear();
    if (!ours) return void (record.conflict = newer);
    Object.assign(record, { seq: newer.seq, savedAt: newer.saved_at, acked: print, ripe: true });
  }

  function refuse(record, problem) {
    calm();
    record.sent.clear();
    record.refused = problem;
  }

  function calm() {
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
      record.refused = null;
      ripen(record);
    }
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
  }

  function keepMine(no) {
    const record = records.get(no);
    Object.assign(record, { seq: record.conflict.seq, acked: fingerprint(record.conflict), conflict: null });
    note(record);
    ripen(record);
    update();
  }

  function keepNewer(no) {
    const record = records.get(no);
    const { seq, saved_at: savedAt, choice, html } = record.conflict;
    const content = choice ? { choice } : { html };
    const print = fingerprint(content);
    Object.assign(record, { seq, savedAt, content, print, acked: print, conflict: null });
    note(record);
    update();
    return content;
  }

  function note(record) {
    if (!pending(record)) return journal.forget(record.no);
    journal.write(record.no, { content: record.content, base: record.seq, sent: [...record.sent].slice(-40) });
  }

  function state() {
    const saved = all().map((record) => record.savedAt).filter(Boolean);
    return {
      owed: owed(),
      trouble: line.trouble,
      savedAt: saved.reduce((last, next) => (Date.parse(next) > Date.parse(last) ? next : last), saved[0] ?? null),
      conflicts: all().filter((record) => record.conflict).map((record) => record.no),
      refused: all().filter((record) => record.refused).map(({ no, refused }) => ({ no, problem: refused })),
      keeps: journal.keeps,
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
      const stuck = ({ trouble, conflicts, refused }) =>
        trouble === "closed" || trouble === "signed-out" || conflicts.length > 0 || refused.length > 0;
      const look = (present) => (present.owed === 0 || stuck(present)) && done();
      const timer = timers.setTimeout(done, patienceMs);
      waiters.add(look);
      look(state());
    });
  }

  const item = (no) => {
    const { content, savedAt, conflict, refused, words } = records.get(no);
    return { no, content, savedAt, conflict, refused, words, pending: pending(records.get(no)) };
  };

  return { change, flush, leave, keepMine, keepNewer, item, state, settled, numbers: () => [...records.keys()] };
}

// Begin where this device and the server stand: what the journal kept is sent again, unless the server has moved on.
function resume(item, journal, fingerprint) {
  const server = item.kind === "essay" ? { html: item.html ?? "" } : { choice: item.choice ?? [] };
  const acked = fingerprint(server);
  const record = {
    no: item.no, seq: item.seq ?? 0, savedAt: item.saved_at ?? null, words: item.words, content: server, print: acked,
    acked, sent: new Set(), flights: 0, ripe: false, timer: null, dueBy: null, conflict: null, refused: null,
  };
  const kept = journal.read(item.no);
  if (!kept) return record;
  const print = fingerprint(kept.content);
  if (print === acked) return record;
  Object.assign(record, { content: kept.content, print, ripe: true });
  const ours = record.seq <= kept.base || kept.sent.includes(acked);
  if (!ours) record.conflict = { seq: record.seq, ...server, saved_at: record.savedAt };
  return record;
}
