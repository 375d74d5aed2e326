import assert from "node:assert/strict";
import { test } from "node:test";
import { countWords, standing } from "../src/words.js";

test("words are what stands between white space, as in Word", () => {
  assert.equal(countWords(""), 0);
  assert.equal(countWords("  \n "), 0);
  assert.equal(countWords("Thủ tục hành chính"), 4);
  assert.equal(countWords("một\u00a0hai\tba\nbốn\u3000năm"), 5);
  assert.equal(countWords("20/8/2019, 17h00 – hạn cuối"), 5);
});

test("a zero-width sign parts nothing, and a composed letter is one letter", () => {
  assert.equal(countWords("thủ\ufefftục"), 1);
  assert.equal(countWords("tie\u0302\u0301ng Vie\u0323\u0302t"), 2);
});

test("a count stands to its limit in one of four ways", () => {
  assert.equal(standing(1349, 1500), "room");
  assert.equal(standing(1350, 1500), "near");
  assert.equal(standing(1500, 1500), "full");
  assert.equal(standing(1501, 1500), "over");
  assert.equal(standing(9999, 0), "room");
});
