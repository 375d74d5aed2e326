// Two texts, word by word: what is in both, what is gone, what is new.

const TOKEN = /\n|[^\s]+[^\S\n]*|[^\S\n]+/g;
const MOST_CELLS = 16_000_000; // above that (two texts of 4,000 words with nothing in common at either end) all differs

// [{ how: "same" | "gone" | "new", text }], in reading order; neighbours of one kind are joined.
export function wordDiff(before, after) {
  const a = tokens(before);
  const b = tokens(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head].word === b[head].word) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail).word === b.at(-1 - tail).word) tail += 1;
  const middle = compare(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const start = a.slice(0, head).map((token, at) => same(token, b[at]));
  const end = a.slice(a.length - tail).map((token, at) => same(token, b[b.length - tail + at]));
  return join([...start, ...middle, ...end]);
}

// The blocks of an essay as lines of text.
export function linesOf(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  parsed.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
  return [...parsed.querySelectorAll("p, h2, h3")].map((block) => block.textContent).join("\n");
}

// Draws the pieces of one side ("gone" and what is in both, or "new"), or of both. Marks have words for who cannot see them.
export function drawDiff(pieces, shown, text) {
  const box = Object.assign(document.createElement("div"), { className: "sheet sheet-compared", lang: "vi", tabIndex: 0 });
  let paragraph = box.appendChild(document.createElement("p"));
  for (const { how, text: words } of pieces.filter((piece) => piece.how === "same" || shown.includes(piece.how))) {
    words.split("\n").forEach((line, at) => {
      if (at > 0) paragraph = box.appendChild(document.createElement("p"));
      if (line) paragraph.append(how === "same" ? line : marked(how, line, text));
    });
  }
  return box;
}

function marked(how, line, text) {
  const element = document.createElement(how === "gone" ? "del" : "ins");
  element.append(hidden(`${text(`diff.${how}`)} `), line, hidden(` ${text("diff.end")} `));
  return element;
}

function hidden(words) {
  return Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: words });
}

function tokens(text) {
  return (text.normalize("NFC").match(TOKEN) ?? []).map((token) => ({ text: token, word: token.trim() || token }));
}

// A word that ends one of the texts has no space behind it; in the other it may have one.
const same = (a, b) => ({ how: "same", text: a.text.length > b.text.length ? a.text : b.text });

// The longest common subsequence, by the table every textbook has.
function compare(a, b) {
  const gone = (token) => ({ how: "gone", text: token.text });
  const fresh = (token) => ({ how: "new", text: token.text });
  const wide = b.length + 1;
  if ((a.length + 1) * wide > MOST_CELLS) return [...a.map(gone), ...b.map(fresh)];
  const longest = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * wide + j] = a[i].word === b[j].word
        ? longest[(i + 1) * wide + j + 1] + 1
        : Math.max(longest[(i + 1) * wide + j], longest[i * wide + j + 1]);
    }
  }
  const pieces = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i].word === b[j].word) {
      pieces.push(same(a[i], b[j]));
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && longest[(i + 1) * wide + j] >= longest[i * wide + j + 1])) {
      pieces.push(gone(a[i]));
      i += 1;
    } else {
      pieces.push(fresh(b[j]));
      j += 1;
    }
  }
  return pieces;
}

function join(pieces) {
  const joined = [];
  for (const piece of pieces) {
    if (joined.at(-1)?.how === piece.how) joined.at(-1).text += piece.text;
    else joined.push({ ...piece });
  }
  return joined;
}
