import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/api.js";
import { makeSaver } from "../src/saver.js";
import { handClock, turn } from "./device.js";

const fingerprint = (content) => JSON.stringify(content.choice ?? content.html);

// One device with several tabs of one attempt, and the one server behind them.
function device() {
  const { timers, pass, now } = handClock();
  const tabs = new Map();
  const kept = {};
  const stored = { seq: 0, choice: [] };
  const server = { up: true, puts: [] };

  async function send(no, { seq, choice }) {
    await turn();
    if (!server.up) throw new Problem("network");
    server.puts.push(choice[0]);
    if (seq <= stored.seq) throw new Problem("stale", 409, { newer: { ...stored, saved_at: "2019-08-20T03:00:00Z" } });
    Object.assign(stored, { seq, choice });
    return { no, seq, saved_at: "2019-08-20T03:00:00Z" };
  }

  function open(id) {
    const journal = { keeps: true, write: (no, entry) => (kept[no] = { ...structuredClone(entry), tab: id }), forget: (no) => delete kept[no], read: (no) => kept[no] ?? null, stored() {}, leave() {} };
    const tab = { inView: true, drawn: null };
    const link = { id, tell: (kind, told) => [...tabs].forEach(([other, { hear }]) => other !== id && hear?.({ kind, tab: id, ...structuredClone(told ?? {}) })), hear: (act) => (tab.hear = act), alive: async () => new Set(tabs.keys()) };
    const alive = new Set(tabs.keys());
    tabs.set(id, tab);
    const items = [{ no: 1, kind: "single", choice: stored.choice, seq: stored.seq, saved_at: null }];
    tab.saver = makeSaver({ items, send, journal, fingerprint, timers, now, tabs: link, alive, inView: () => tab.inView, onAdopt: (no, { choice }) => (tab.drawn = choice) });
    tab.kill = () => tabs.delete(id);
    tab.tick = (at) => tab.saver.change(1, { choice: [at] }, { urgent: true });
    tab.sees = () => [tab.saver.item(1).content.choice[0] ?? null, tab.saver.state().owed];
    return tab;
  }
  const settle = async () => {
    for (let at = 0; at < 6; at += 1) await turn();
  };
  return { open, pass, settle, server, stored, kept };
}

test("a change in one tab is seen in the other, sent once, and the other goes on from there", async () => {
  const { open, settle, server, stored } = device();
  const [one, two] = [open("one"), open("two")];
  one.tick(2);
  assert.deepEqual([two.sees(), two.drawn], [[2, 1], [2]]);
  await settle();
  assert.deepEqual([one.sees(), two.sees(), server.puts], [[2, 0], [2, 0], [2]]);
  two.tick(3);
  await settle();
  assert.deepEqual([one.sees(), server.puts, stored.seq], [[3, 0], [2, 3], 2]);
  assert.deepEqual(one.saver.state().conflicts, []);
});

test("without a network both tabs tell how many wait, and only one of them sends", async () => {
  const { open, settle, pass, server } = device();
  const [one, two] = [open("one"), open("two")];
  two.inView = false;
  server.up = false;
  one.tick(2);
  await settle();
  assert.deepEqual([one.saver.state().owed, two.saver.state().owed], [1, 1]);
  await pass(3000);
  server.up = true;
  [one, two].forEach(({ saver }) => saver.flush());
  await settle();
  assert.deepEqual([server.puts, one.sees(), two.sees()], [[2], [2, 0], [2, 0]]);
});

test("a tab that was killed is succeeded by the one that lives", async () => {
  const { open, settle, pass, server, kept } = device();
  const [one, two] = [open("one"), open("two")];
  two.inView = false;
  server.up = false;
  one.tick(2);
  await settle();
  one.kill();
  server.up = true;
  await pass(3000);
  await settle();
  assert.deepEqual([server.puts.includes(2), two.sees(), kept], [true, [2, 0], {}]);
});

test("a change here while the other tab's request is on its way is no conflict", async () => {
  const { open, settle, server, stored } = device();
  const [one, two] = [open("one"), open("two")];
  one.tick(1);
  two.tick(2);
  await settle();
  assert.deepEqual([stored.choice, one.sees(), two.sees()], [[2], [2, 0], [2, 0]]);
  assert.deepEqual([one.saver.state().conflicts, two.saver.state().conflicts], [[], []]);
  assert.equal(server.puts.at(-1), 2);
});

test("two tabs that change one item in the same instant end up alike", async () => {
  const { open, settle, pass, stored } = device();
  const [one, two] = [open("one"), open("two")];
  one.tick(1);
  await settle();
  for (let round = 0; round < 20; round += 1) {
    (round % 2 ? one : two).tick(round % 4);
    if (round % 3 === 0) await turn();
  }
  await settle();
  await pass(3000);
  await settle();
  assert.deepEqual([one.sees(), two.sees()], [[stored.choice[0], 0], [stored.choice[0], 0]]);
  assert.equal(stored.choice[0], 19 % 4);
});

test("a tab opened later leaves to the living tab what that one carries, and a fresh start sends it", async () => {
  const { open, settle, server } = device();
  const one = open("one");
  server.up = false;
  one.tick(2);
  await settle();
  const two = open("two");
  assert.deepEqual(two.sees(), [2, 1]);
  server.up = true;
  two.saver.flush();
  await settle();
  assert.deepEqual(server.puts, [], "it is not the second tab's to send");
  one.kill();
  two.kill();
  const reopened = open("three");
  reopened.saver.flush();
  await settle();
  assert.deepEqual([server.puts, reopened.sees()], [[2], [2, 0]]);
});

test("handed in in one tab is closed in the other", async () => {
  const { open } = device();
  const [one, two] = [open("one"), open("two")];
  one.saver.tell("handed-in");
  assert.equal(two.saver.state().trouble, "closed");
});
