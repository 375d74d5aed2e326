import assert from "node:assert/strict";
import { test } from "node:test";
import { makeClock, wallClock, wallMoment } from "../src/clock.js";

test("time runs on the monotonic counter from the server's word", () => {
  let counter = 500;
  const clock = makeClock("2019-08-20T09:00:00Z", { ticks: () => counter, readAt: 200 });
  assert.equal(clock.now(), Date.parse("2019-08-20T09:00:00.300Z"));
  counter += 60000;
  assert.equal(clock.now(), Date.parse("2019-08-20T09:01:00.300Z"));
});

test("a later word corrects a counter that slept; small differences are the network's", () => {
  let counter = 0;
  const clock = makeClock("2019-08-20T09:00:00Z", { ticks: () => counter });
  clock.hear("2019-08-20T09:00:01Z");
  assert.equal(clock.now(), Date.parse("2019-08-20T09:00:00Z"));
  clock.hear("2019-08-20T09:20:00Z");
  assert.equal(clock.now(), Date.parse("2019-08-20T09:20:00Z"));
});

test("the wall clock is Hà Nội's", () => {
  assert.equal(wallClock("2019-08-20T03:42:05Z"), "10:42:05");
  assert.equal(wallClock("2019-08-20T17:00:00+00:00"), "00:00:00");
});

test("a day is written as the paper writes it", () => {
  assert.equal(wallMoment("2019-08-20T10:00:00Z"), "20/8/2019 17:00");
  assert.equal(wallMoment("2019-12-04T18:05:00Z"), "5/12/2019 01:05");
});
