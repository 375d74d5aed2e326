import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDatabase } from "../src/database.js";
import { listUnsent, openJournal } from "../src/journal.js";
import { makeScratch } from "../src/scratch.js";
import { freshFactory, handClock, storage, turns } from "./device.js";

const ticked = (tick, choice = [1]) => ({ content: { choice }, print: `c${choice}`, base: 3, sent: [`c${choice}`], tick, late: null });
const full = () => {
  throw new DOMException("no room", "QuotaExceededError");
};

// Real time; the next try in ten seconds keeps no test from ending.
const passing = { setTimeout: (act, ms) => (ms < 10000 ? setTimeout(act, ms) : setTimeout(act, ms).unref()), clearTimeout };

// A device: what is on it outlives the pages that are opened on it.
function device({ factory = freshFactory(), held = storage() } = {}) {
  const clock = handClock();
  const parts = () => ({ database: makeDatabase({ factory }), scratch: makeScratch(held) });
  return {
    factory, held, ...clock,
    open: (attempt, more = {}) => openJournal({ attempt, owner: "o", tab: "t1", timers: passing, ...parts(), ...more }),
    unsent: (owner = "o") => listUnsent({ owner, ...parts() }),
  };
}

test("an entry comes back as it was when the browser is opened again, item by item, attempt by attempt", async () => {
  const pc = device();
  const journal = await pc.open("a");
  journal.write(5, ticked(1));
  await journal.stored();
  assert.deepEqual((await pc.open("a")).read(5), { ...ticked(1), attempt: "a", no: 5, owner: "o", tab: "t1" });
  assert.equal((await pc.open("b")).read(5), null);
  assert.deepEqual(await pc.unsent(), [{ attempt: "a", count: 1 }]);
  assert.deepEqual(await pc.unsent("somebody else"), []);
  journal.forget(5, 1);
  await journal.stored();
  assert.deepEqual([(await pc.open("a")).read(5), await pc.unsent()], [null, []]);
});

test("writes ask the disk for the strictest promise", async () => {
  const factory = freshFactory();
  const asked = [];
  const real = factory.open.bind(factory);
  factory.open = (...words) => {
    const request = real(...words);
    request.addEventListener("success", () => {
      const begin = request.result.transaction.bind(request.result);
      request.result.transaction = (...how) => (asked.push(how.slice(1)), begin(...how));
    });
    return request;
  };
  const journal = await device({ factory }).open("a");
  journal.write(1, ticked(1));
  await journal.stored();
  assert.deepEqual(asked.at(-1), ["readwrite", { durability: "strict" }]);
});

test("the last breath: what had not reached the disk when the page went is taken over at the next start", async () => {
  const pc = device();
  const journal = await pc.open("a", { database: { read: async () => ({ values: [], damaged: 0 }), change: () => new Promise(() => {}) } });
  journal.write(1, ticked(7, [2]));
  journal.leave();
  assert.equal(Object.keys(pc.held).length, 1);
  const next = await pc.open("a");
  assert.deepEqual(next.read(1).content, { choice: [2] });
  await next.stored();
  await turns();
  assert.deepEqual(Object.keys(pc.held), [], "it is in the database now");
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [2] });
});

test("of two copies the newer one counts", async () => {
  const pc = device();
  const journal = await pc.open("a");
  journal.write(1, ticked(9, [0]));
  await journal.stored();
  pc.held["quizapp:unsent:a:1"] = JSON.stringify(ticked(4, [3]));
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [0] });
  assert.deepEqual(Object.keys(pc.held), []);
});

test("what an earlier version kept in localStorage is taken over", async () => {
  const held = storage({ "quizapp:unsent:a:41": JSON.stringify({ content: { html: "<p>x</p>" }, base: 2, sent: ["h"] }) });
  const pc = device({ held });
  const journal = await pc.open("a");
  assert.deepEqual([journal.read(41).content, journal.read(41).base], [{ html: "<p>x</p>" }, 2]);
  await journal.stored();
  await turns();
  assert.deepEqual([Object.keys(held), (await pc.unsent()).length], [[], 1]);
});

test("a tab that has gone on is not written over by one that lagged behind", async () => {
  const pc = device();
  const [one, two] = [await pc.open("a"), await pc.open("a", { tab: "t2" })];
  two.write(1, ticked(8, [3]));
  await two.stored();
  one.write(1, ticked(5, [0]));
  await one.stored();
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [3] });
  one.forget(1, 5);
  await one.stored();
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [3] });
});

test("no database: localStorage keeps the answers; nothing at all: the page is told, and breaks nowhere", async () => {
  const spare = device({ factory: null });
  const journal = await spare.open("a");
  journal.write(1, ticked(1));
  await journal.stored();
  assert.equal(journal.keeps, true);
  assert.deepEqual((await spare.open("a")).read(1).content, { choice: [1] });

  const none = await device({ factory: null, held: null }).open("a");
  await turns();
  assert.equal(none.keeps, false, "told before anything was written");
  none.write(1, ticked(1));
  await none.stored();
  assert.deepEqual([none.keeps, none.why, none.read(1).content], [false, "refused", { choice: [1] }]);
  none.leave();
  none.forget(1, 1);
  assert.equal(none.read(1), null);
});

test("a full disk is told; the journal tries again and tells when there is room", async () => {
  const factory = freshFactory();
  const real = makeDatabase({ factory });
  let room = false;
  const database = { read: real.read, change: (act) => (room ? real.change(act) : full()) };
  const { timers, pass } = handClock();
  const pc = device({ factory, held: storage({}, full) });
  const journal = await pc.open("a", { database, timers });
  const told = [];
  journal.onKeeping = () => told.push([journal.keeps, journal.why]);
  journal.write(1, ticked(1));
  await turns();
  assert.deepEqual(told, [[false, "full"]]);
  room = true;
  await pass(10000);
  await turns(30);
  assert.deepEqual(told.at(-1), [true, null]);
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [1] });
});

test("a damaged entry is counted and passed over, and can be written over", async () => {
  const pc = device();
  const database = makeDatabase({ factory: pc.factory });
  await database.change((store) => {
    store.put({ attempt: "a", no: 1, content: 7 });
    store.put({ attempt: "a", no: 2, ...ticked(1, [2]) });
  });
  const journal = await pc.open("a");
  assert.deepEqual([journal.read(1), journal.read(2).content, journal.damaged], [null, { choice: [2] }, 1]);
  journal.write(1, ticked(3));
  await journal.stored();
  assert.deepEqual((await pc.open("a")).read(1).content, { choice: [1] });
});

test("a database that cannot be read at all leaves a page that works", async () => {
  const broken = { read: async () => Promise.reject(new DOMException("corrupt", "UnknownError")), change: async () => Promise.reject(new DOMException("corrupt", "UnknownError")) };
  const pc = device();
  const journal = await pc.open("a", { database: broken });
  await turns();
  journal.write(1, ticked(1));
  await journal.stored();
  assert.deepEqual([journal.read(1).content, journal.keeps, Object.keys(pc.held)], [{ choice: [1] }, true, ["quizapp:unsent:a:1"]]);
});

test("a slow disk holds nobody up; what it had is handed in when it comes", async () => {
  const pc = device();
  const first = await pc.open("a");
  first.write(1, ticked(1, [2]));
  await first.stored();
  const real = makeDatabase({ factory: pc.factory });
  let wake;
  const asleep = new Promise((resolve) => (wake = resolve));
  const journal = await pc.open("a", { firstLookMs: 5, database: { read: async (range) => (await asleep, real.read(range)), change: real.change } });
  assert.equal(journal.read(1), null);
  const found = [];
  journal.onFound = (no, entry) => found.push([no, entry.content]);
  wake();
  await turns(40);
  assert.deepEqual(found, [[1, { choice: [2] }]]);
});

test("after hand-in nothing of the attempt is left, and other attempts are untouched", async () => {
  const pc = device();
  const [one, other] = [await pc.open("a"), await pc.open("b")];
  one.write(1, ticked(1));
  other.write(1, ticked(1));
  await Promise.all([one.stored(), other.stored()]);
  pc.held["quizapp:unsent:a:2"] = JSON.stringify(ticked(4, [3]));
  await one.clear();
  assert.deepEqual(await pc.unsent(), [{ attempt: "b", count: 1 }]);
  assert.deepEqual(Object.keys(pc.held), []);
});
