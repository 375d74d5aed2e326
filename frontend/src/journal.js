// What this device still owes the server. One entry an item of an attempt:
//   { attempt, no, owner, tab, tick, content, print, base: the sequence it was written on, sent: fingerprints that may
//     have arrived, late: the fingerprint of what came too late }
// Writing returns at once and is done in the background, in one transaction for all that has gathered, down to the disk.
// An entry goes when its content was acknowledged. Only the page of an attempt reads that attempt's entries, and the
// server opens that page to its owner alone: nobody meets the work of another on the same machine.

import { giveUp, makeDatabase, ofAttempt, within } from "./database.js";
import { makeScratch } from "./scratch.js";

const FIRST_LOOK = 1500; // a page does not wait longer for a slow disk; what is found later is handed in later
const NEXT_TRY = 10000;
const DISK_WAIT = 400;

export async function openJournal({
  attempt, owner = "", tab = "", database = makeDatabase(), scratch = makeScratch(), timers = globalThis,
  firstLookMs = FIRST_LOOK,
}) {
  const entries = new Map();
  const waiting = new Map(); // no -> an entry to put, or { gone: tick }
  let writing = null;
  let retry = null;
  const journal = {
    keeps: true, // false: a change exists that only this page's memory holds
    why: null, // "full" or "refused"
    damaged: 0,
    onKeeping: () => {},
    onFound: () => {},
    read: (no) => entries.get(no) ?? null,
    all: () => [...entries.values()].sort((a, b) => a.tick - b.tick),
    write,
    forget,
    stored: () => (writing ? Promise.race([writing, pause(DISK_WAIT, timers)]) : undefined),
    leave,
    clear,
  };

  function write(no, entry) {
    const whole = { ...entry, attempt, no, owner, tab };
    entries.set(no, whole);
    waiting.set(no, whole);
    drain();
  }

  function forget(no, tick) {
    if (!entries.has(no) && !waiting.has(no)) return;
    entries.delete(no);
    waiting.set(no, { gone: tick });
    scratch.remove(attempt, no, tick);
    drain();
  }

  function drain() {
    writing ??= pour().finally(() => (writing = null));
    return writing;
  }

  async function pour() {
    timers.clearTimeout(retry);
    while (waiting.size) {
      const batch = [...waiting];
      try {
        await database.change((store) => batch.forEach(([no, what]) => apply(store, [attempt, no], what)));
      } catch (error) {
        return stumble(error);
      }
      batch.forEach(([no, what]) => done(no, what));
    }
    keeping(true, null);
  }

  function done(no, what) {
    if (waiting.get(no) === what) waiting.delete(no);
    scratch.remove(attempt, no, what.gone ?? what.tick);
  }

  // No database, or no room in it: the other drawer may still have some. Keep trying; room comes back.
  function stumble(error) {
    const owed = [...waiting.values()].filter((what) => what.content);
    const spared = owed.length ? owed.map((entry) => scratch.put(entry)).every(Boolean) : scratch.works();
    keeping(spared, error?.name === "QuotaExceededError" ? "full" : "refused");
    retry = timers.setTimeout(drain, NEXT_TRY);
  }

  function keeping(keeps, why) {
    const news = journal.keeps !== keeps;
    Object.assign(journal, { keeps, why: keeps ? null : why });
    if (news) journal.onKeeping();
  }

  // The page is going: whatever has not reached the disk is written where writing takes no time.
  function leave() {
    for (const what of waiting.values()) if (what.content) scratch.put(what);
  }

  // After hand-in nothing of the attempt stays.
  async function clear() {
    timers.clearTimeout(retry);
    entries.clear();
    waiting.clear();
    for (const { attempt: of, no } of scratch.all()) if (of === attempt) scratch.remove(attempt, no);
    await writing;
    await database.change((store) => store.delete(ofAttempt(attempt))).catch(() => {});
  }

  function take({ values, damaged }) {
    journal.damaged += damaged + values.filter((value) => !isEntry(value)).length;
    for (const entry of values.filter(isEntry)) {
      const other = entries.get(entry.no);
      if (!other || entry.tick > other.tick) entries.set(entry.no, entry);
    }
  }

  const inDatabase = database.read(ofAttempt(attempt));
  const inTime = await within(firstLookMs, inDatabase, timers).then(take).then(() => true, () => false);
  const breath = scratch.all().filter((entry) => entry.attempt === attempt && isEntry(entry));
  const news = breath.filter((entry) => !(entries.get(entry.no)?.tick >= entry.tick));
  news.forEach((entry) => (entries.set(entry.no, entry), waiting.set(entry.no, { ...entry, owner })));
  if (news.length) drain();
  else breath.forEach((entry) => scratch.remove(attempt, entry.no, entry.tick));
  if (!inTime) {
    inDatabase.then((found) => lateFind(found), (error) => stumble(error));
  }
  return journal;

  function lateFind({ values }) {
    for (const entry of values.filter(isEntry)) {
      if (entries.has(entry.no)) continue;
      entries.set(entry.no, entry);
      journal.onFound(entry.no, entry);
    }
  }
}

// How many answers wait on this device, attempt by attempt: [{ attempt, count }]. Only those of `owner`.
export async function listUnsent({ owner, database = makeDatabase(), scratch = makeScratch() }) {
  const { values } = await database.read().catch(() => ({ values: [] }));
  const found = new Map();
  for (const entry of [...values, ...scratch.all()].filter(isEntry)) {
    if (entry.owner === owner) found.set(`${entry.attempt}:${entry.no}`, entry.attempt);
  }
  const counts = new Map();
  for (const attempt of found.values()) counts.set(attempt, (counts.get(attempt) ?? 0) + 1);
  return [...counts].map(([attempt, count]) => ({ attempt, count }));
}

function apply(store, key, what) {
  const asked = store.get(key);
  const act = (held) => {
    if ((held?.tick ?? -1) > (what.gone ?? what.tick)) return; // another tab has gone on
    try {
      if (what.content) store.put(what);
      else store.delete(key);
    } catch (error) {
      giveUp(store.transaction, error);
    }
  };
  asked.onsuccess = () => act(asked.result);
  asked.onerror = (event) => {
    event.preventDefault(); // a damaged entry is written over
    act(null);
  };
}

const isEntry = (value) =>
  Number.isInteger(value?.no) && typeof value.base === "number" && Array.isArray(value.sent) &&
  (Array.isArray(value.content?.choice) || typeof value.content?.html === "string");

const pause = (ms, timers) => new Promise((resolve) => timers.setTimeout(resolve, ms));
