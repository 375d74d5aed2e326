import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, markCrossed, partsLeft } from "../src/countdown.js";
import { makeTexts } from "../src/texts.js";

const text = makeTexts({
  "left.days": { one: "{n} day", other: "{n} days" }, "left.hours": { one: "{n} hour", other: "{n} hours" },
  "left.minutes": { one: "{n} minute", other: "{n} minutes" }, "left.seconds": { one: "{n} second", other: "{n} seconds" },
}, "en");
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

test("only the parts worth saying, never more than there is", () => {
  assert.equal(inWords(3 * DAY + 4 * HOUR + 59 * MINUTE, text), "3 days 4 hours");
  assert.equal(inWords(2 * DAY, text), "2 days");
  assert.equal(inWords(HOUR + MINUTE, text), "1 hour 1 minute");
  assert.equal(inWords(38 * MINUTE + 59 * SECOND, text), "38 minutes");
  assert.equal(inWords(2 * MINUTE, text), "2 minutes");
  assert.equal(inWords(MINUTE + 59 * SECOND, text), "1 minute 59 seconds");
  assert.equal(inWords(9999, text), "9 seconds");
  assert.deepEqual(partsLeft(-5), { seconds: 0 });
});

test("ten, five and one minute are told once, when they are crossed", () => {
  assert.equal(markCrossed(10 * MINUTE + 1, 10 * MINUTE), 10);
  assert.equal(markCrossed(10 * MINUTE, 9 * MINUTE), null);
  assert.equal(markCrossed(6 * MINUTE, 4 * MINUTE), 5);
  assert.equal(markCrossed(30 * MINUTE, 30 * SECOND), 1, "after a long sleep only the last mark counts");
});
