import assert from "node:assert/strict";
import { test } from "node:test";
import { startCountdown } from "../src/countdown.js";
import { makePulse } from "../src/pulse.js";
import { Problem } from "../src/api.js";
import { handClock, turns } from "./device.js";

const AT = "2019-08-20T10:00:00Z";
const LATER = "2019-08-20T10:20:00Z";

function desk(answers = []) {
  const { timers, pass } = handClock();
  const news = [];
  let asked = 0;
  const ask = async () => {
    asked += 1;
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer ?? { deadline: AT, state: "open", paused: false };
  };
  const pulse = makePulse({ ask, deadline: AT, onNews: (known, { moved }) => news.push({ ...known, moved }), timers, random: () => 0.5 });
  return { pulse, pass, news, asked: () => asked };
}

test("it asks about once a minute, and the same answer is no news", async () => {
  const { pass, news, asked } = desk();
  await pass(59000);
  assert.equal(asked(), 0);
  for (let minute = 0; minute < 3; minute += 1) await pass(60000);
  assert.deepEqual([asked(), news], [3, []]);
});

test("a moved deadline, a pause and an end are told once; after the end it asks no more", async () => {
  const { pass, news, asked } = desk([
    { deadline: LATER, state: "open", paused: false }, { deadline: LATER, state: "open", paused: true },
    { deadline: LATER, state: "handed_in", paused: false },
  ]);
  for (let minute = 0; minute < 6; minute += 1) await pass(60000);
  assert.deepEqual(news, [
    { deadline: LATER, state: "open", paused: false, moved: true }, { deadline: LATER, state: "open", paused: true, moved: false },
    { deadline: LATER, state: "handed_in", paused: false, moved: false },
  ]);
  assert.equal(asked(), 3);
});

test("a save that tells the deadline is heard like an answer; one that tells nothing changes nothing", () => {
  const { pulse, news } = desk();
  pulse.hear({ no: 1, seq: 2 });
  pulse.hear({ deadline: "2019-08-20T17:00:00+07:00" });
  assert.deepEqual(news, [], "the same instant, written otherwise");
  pulse.hear({ deadline: LATER });
  assert.equal(news[0].moved, true);
});

test("an older server, no network, somebody else: nothing new, and it goes on asking", async () => {
  const { pass, news, asked } = desk([new Problem("http-404", 404), new Problem("network"), new Problem("not-allowed", 403), { deadline: LATER }]);
  for (let minute = 0; minute < 4; minute += 1) await pass(60000);
  assert.deepEqual([asked(), news.length], [4, 1]);
});

test("two looks at once are one question", async () => {
  const { pulse, asked } = desk();
  pulse.look();
  pulse.look();
  await turns();
  assert.equal(asked(), 1);
});

test("the countdown follows a moved deadline and stands still in a pause", async () => {
  const { timers, pass, now } = handClock();
  const element = { textContent: "", dataset: {} };
  const said = [];
  let ended = 0;
  const text = (name, { n, time } = {}) => (name === "left.sentence" ? `left ${time}` : name.startsWith("left.m") ? `${n} min` : name);
  const countdown = startCountdown({
    element, deadline: new Date(20 * 60000).toISOString(), clock: { now }, text, announce: (words) => said.push(words), onEnd: () => (ended += 1), timers,
  });
  assert.equal(element.textContent, "left 20 min");
  await pass(60000);
  assert.equal(element.textContent, "left 19 min");
  countdown.pause(true);
  await pass(12 * 60000);
  assert.deepEqual([element.textContent, said, countdown.isUp()], ["left.paused", [], false]);
  countdown.move(new Date(32 * 60000).toISOString());
  countdown.pause(false);
  assert.equal(element.textContent, "left 19 min");
  await pass(19 * 60000);
  assert.deepEqual([element.textContent, ended, countdown.isUp()], ["left.none", 1, true]);
  countdown.move(new Date(40 * 60000).toISOString());
  assert.deepEqual([element.textContent, countdown.isUp()], ["left 8 min", false]);
});
