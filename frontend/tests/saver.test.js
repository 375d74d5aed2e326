import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/api.js";
import { makeSaver } from "../src/saver.js";
import { handClock, turn } from "./device.js";

const fingerprint = (content) => JSON.stringify(content.choice ?? content.html);

// A desk: a saver, the requests it sent (answered by hand), a journal and a clock moved by hand.
function desk({ kept = {}, items = [{ no: 1, kind: "single", choice: [], seq: 0, saved_at: null }, { no: 41, kind: "essay", html: "", seq: 0, saved_at: null }], ...more } = {}) {
  const sent = [];
  const { timers, pass, now } = handClock();
  const journal = { keeps: true, kept: { ...kept }, write(no, entry) { this.kept[no] = structuredClone(entry); }, forget(no) { delete this.kept[no]; }, read(no) { return this.kept[no] ?? null; }, stored() {}, leave() { this.left = true; } };
  const send = (no, body, options) => new Promise((resolve, reject) => sent.push({
    no, ...body, options,
    ok: () => (resolve({ no, seq: body.seq, saved_at: `2019-08-20T03:00:0${body.seq % 10}Z` }), turn()),
    fail: (slug, status = 0, extra = {}) => (reject(new Problem(slug, status, extra)), turn()),
  }));
  const saver = makeSaver({ items, send, journal, fingerprint, timers, now, ...more });
  return { saver, sent, journal, pass };
}

test("a tick is sent at once, typing after a pause, typing without a pause all the same", async () => {
  const { saver, sent, pass } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  assert.deepEqual([sent[0].seq, sent[0].choice], [1, [2]]);
  saver.change(41, { html: "a" });
  assert.equal(sent.length, 1);
  await pass(800);
  assert.equal(sent[1].html, "a");
  await sent[1].ok();
  for (let letters = 1; letters < 10; letters += 1) {
    saver.change(41, { html: "a".repeat(letters + 1) });
    await pass(500);
  }
  assert.equal(sent.length, 3, "nobody types for longer than the longest wait unsaved");
});

test("one request in flight an item; the latest content wins with the next number", async () => {
  const { saver, sent } = desk();
  for (const at of [0, 1, 2]) saver.change(1, { choice: [at] }, { urgent: true });
  assert.equal(sent.length, 1);
  await sent[0].ok();
  assert.deepEqual(sent.slice(1).map(({ seq, choice }) => [seq, choice]), [[2, [2]]]);
  await sent[1].ok();
  assert.equal(saver.state().owed, 0);
});

test("'owed' ends with the acknowledgement and not before", async () => {
  const { saver, sent, journal } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  assert.equal(saver.state().owed, 1);
  assert.deepEqual(journal.kept[1].content, { choice: [2] });
  await sent[0].ok();
  assert.deepEqual([saver.state().owed, saver.state().savedAt, journal.kept[1]], [0, "2019-08-20T03:00:01Z", undefined]);
});

test("no network: wait, double the wait, and send the same again with the same number", async () => {
  const { saver, sent, pass } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  await sent[0].fail("network");
  assert.deepEqual([saver.state().trouble, saver.state().owed, sent.length], ["network", 1, 1]);
  await pass(1200);
  assert.deepEqual([sent[1].seq, sent[1].choice], [1, [2]]);
  await sent[1].fail("timeout");
  await pass(1200);
  assert.equal(sent.length, 2, "the second wait is longer");
  await pass(1200);
  await sent[2].ok();
  assert.deepEqual([saver.state().trouble, saver.state().owed], [null, 0]);
});

test("an answer that was lost on its way back is no conflict when the content has changed since", async () => {
  const { saver, sent, pass } = desk();
  saver.change(1, { choice: [0] }, { urgent: true });
  await sent[0].fail("timeout"); // it had arrived all the same
  saver.change(1, { choice: [3] }, { urgent: true });
  await pass(1200);
  assert.deepEqual([sent[1].seq, sent[1].choice], [1, [3]]);
  await sent[1].fail("stale", 409, { newer: { seq: 1, choice: [0], saved_at: "2019-08-20T03:00:01Z" } });
  assert.deepEqual([sent[2].seq, sent[2].choice, saver.state().conflicts], [2, [3], []]);
  await sent[2].ok();
  assert.equal(saver.state().owed, 0);
});

test("a change taken back while its request was in doubt is sent too", async () => {
  const { saver, sent, pass } = desk();
  saver.change(1, { choice: [0] }, { urgent: true });
  await sent[0].fail("timeout");
  saver.change(1, { choice: [] }, { urgent: true });
  assert.equal(saver.state().owed, 1, "the server may hold the tick");
  await pass(1200);
  assert.deepEqual(sent[1].choice, []);
});

test("somebody else's newer answer is shown, and nothing is overwritten before the person chose", async () => {
  const newer = { seq: 5, choice: [1], saved_at: "2019-08-20T03:00:05Z" };
  const mine = desk();
  mine.saver.change(1, { choice: [0] }, { urgent: true });
  await mine.sent[0].fail("stale", 409, { newer });
  assert.deepEqual([mine.saver.state().conflicts, mine.sent.length], [[1], 1]);
  mine.saver.flush();
  assert.equal(mine.sent.length, 1);
  mine.saver.keepMine(1);
  assert.deepEqual([mine.sent[1].seq, mine.sent[1].choice], [6, [0]]);

  const theirs = desk();
  theirs.saver.change(1, { choice: [0] }, { urgent: true });
  await theirs.sent[0].fail("stale", 409, { newer });
  assert.deepEqual(theirs.saver.keepNewer(1), { choice: [1] });
  assert.deepEqual([theirs.saver.state().owed, theirs.sent.length, theirs.journal.kept[1]], [0, 1, undefined]);
  theirs.saver.change(1, { choice: [2] }, { urgent: true });
  assert.equal(theirs.sent[1].seq, 6);
});

test("signed out: the text stays, and goes on its way when the person is back", async () => {
  const { saver, sent, journal } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  await sent[0].fail("signed-out", 401);
  assert.deepEqual([saver.state().trouble, journal.kept[1].content], ["signed-out", { choice: [2] }]);
  saver.flush();
  await sent[1].ok();
  assert.deepEqual([saver.state().trouble, saver.state().owed], [null, 0]);
});

test("a closed attempt: each late content is knocked with once, and stays in the journal", async () => {
  const { saver, sent, journal, pass } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  saver.change(41, { html: "late" });
  await sent[0].fail("attempt-closed", 409, { detail: "kept aside" });
  await sent[1].fail("attempt-closed", 409, { detail: "kept aside" });
  saver.flush();
  await pass(60000);
  assert.deepEqual([sent.length, saver.state().trouble, saver.state().late, saver.state().said], [2, "closed", 2, "kept aside"]);
  assert.deepEqual([journal.kept[1].content, journal.kept[1].late], [{ choice: [2] }, fingerprint({ choice: [2] })]);
  saver.change(1, { choice: [3] }, { urgent: true });
  assert.deepEqual(sent[2].choice, [3], "another content is another matter");
});

test("an attempt that is open again takes what it had turned away", async () => {
  const { saver, sent } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  await sent[0].fail("attempt-closed", 409);
  saver.reopen();
  await sent[1].ok();
  assert.deepEqual([saver.state().trouble, saver.state().owed], [null, 0]);
});

test("somebody else is signed in: nothing is refused, the text waits for its owner", async () => {
  const { saver, sent, journal, pass } = desk();
  saver.change(1, { choice: [2] }, { urgent: true });
  await sent[0].fail("not-yours", 403);
  assert.deepEqual([saver.state().trouble, saver.state().refused, journal.kept[1].content], ["somebody-else", [], { choice: [2] }]);
  await pass(15000);
  await sent[1].ok();
  assert.deepEqual([saver.state().trouble, saver.state().owed], [null, 0]);
});

test("what waited is sent in the order in which it was changed", async () => {
  const items = [3, 1, 2].map((no) => ({ no, kind: "single", choice: [], seq: 0, saved_at: null }));
  const entry = (tick) => ({ content: { choice: [tick] }, base: 0, sent: [], tick });
  const { saver, sent } = desk({ items, kept: { 1: entry(9), 2: entry(4), 3: entry(7) } });
  saver.flush();
  assert.deepEqual(sent.map(({ no }) => no).slice(0, 1), [2]);
  assert.deepEqual(new Set(sent.map(({ no }) => no)), new Set([1, 2, 3]));
});

test("it is first written down that an answer may arrive, then it is sent", async () => {
  let written;
  const disk = new Promise((resolve) => (written = resolve));
  const { saver, sent, journal } = desk();
  journal.stored = () => disk;
  saver.change(1, { choice: [2] }, { urgent: true });
  assert.deepEqual([sent.length, journal.kept[1].sent], [0, [fingerprint({ choice: [2] })]]);
  written();
  await turn();
  assert.equal(sent.length, 1);
});

test("refused content waits for another content", async () => {
  const { saver, sent, pass } = desk();
  saver.change(41, { html: "x" });
  await pass(800);
  await sent[0].fail("text-refused", 422, { detail: "why" });
  assert.deepEqual([saver.state().refused[0].no, saver.state().refused[0].problem.detail], [41, "why"]);
  await pass(60000);
  assert.equal(sent.length, 1);
  saver.change(41, { html: "y" });
  await pass(800);
  await sent[1].ok();
  assert.deepEqual([saver.state().refused, saver.state().owed], [[], 0]);
});

test("leaving the page: one request that outlives it, a number beyond the one in flight", async () => {
  const { saver, sent } = desk();
  saver.change(1, { choice: [0] }, { urgent: true });
  saver.change(1, { choice: [1] }, { urgent: true });
  saver.change(41, { html: "typed just now" });
  saver.leave();
  assert.deepEqual(sent.map(({ no, seq, options }) => [no, seq, options?.keepalive]), [[1, 1, undefined], [1, 2, true], [41, 1, true]]);
  await sent[1].ok();
  await sent[0].fail("stale", 409, { newer: { seq: 2, choice: [1] } });
  assert.deepEqual([saver.state().conflicts, saver.state().owed], [[], 1]);
});

test("what the journal kept is sent, unless the server has moved on", async () => {
  const items = [{ no: 1, kind: "single", choice: [2], seq: 4, saved_at: "2019-08-20T03:00:04Z" }];
  const resumed = (entry) => desk({ items, kept: { 1: entry } });

  const newer = resumed({ content: { choice: [0] }, base: 4, sent: [] });
  newer.saver.flush();
  assert.deepEqual([newer.sent[0].seq, newer.sent[0].choice], [5, [0]]);

  const ours = resumed({ content: { choice: [0] }, base: 3, sent: [fingerprint({ choice: [2] })] });
  ours.saver.flush();
  assert.deepEqual([ours.sent[0].seq, ours.saver.state().conflicts], [5, []]);

  const theirs = resumed({ content: { choice: [0] }, base: 3, sent: [] });
  theirs.saver.flush();
  assert.deepEqual([theirs.sent.length, theirs.saver.state().conflicts], [0, [1]]);

  const same = resumed({ content: { choice: [2] }, base: 3, sent: [] });
  assert.equal(same.saver.state().owed, 0);
});

test("handing in waits until nothing is owed, or until waiting cannot help", async () => {
  const { saver, sent, pass } = desk();
  assert.equal((await saver.settled(1000)).owed, 0);
  saver.change(1, { choice: [0] }, { urgent: true });
  const good = saver.settled(20000);
  await sent[0].ok();
  assert.equal((await good).owed, 0);
  saver.change(1, { choice: [1] }, { urgent: true });
  const late = saver.settled(20000);
  await pass(20000);
  assert.equal((await late).owed, 1);
});

test("what is being typed is owed before anybody has read it", () => {
  const { saver } = desk();
  saver.stir(41);
  assert.equal(saver.state().owed, 1);
  saver.change(41, { html: "" });
  assert.equal(saver.state().owed, 0, "it came to nothing");
});
