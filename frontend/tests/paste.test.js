import assert from "node:assert/strict";
import { test } from "node:test";
import { tidyPasted } from "../src/paste.js";

test("headings fit the sheet, cells stand apart, letters are whole", () => {
  assert.equal(tidyPasted('<h1 class="x">A</h1><H5>B</H5>'), '<h2 class="x">A</h2><h3>B</h3>');
  assert.equal(tidyPasted("<tr><td>a</td><th>b</th></tr>"), "<tr><div>a</div><div>b</div></tr>");
  assert.equal(tidyPasted("Tie\u0302\u0301ng"), "Tiếng");
});
