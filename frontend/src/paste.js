// Pasted text on its way to the sheet: every letter as one code point, headings as the sheet knows them, and table cells
// as lines of their own, so that the words of two cells do not run together. The sheet's schema drops the rest.

export function tidyPasted(html) {
  return html
    .normalize("NFC")
    .replace(/<(\/?)h1\b/gi, "<$1h2")
    .replace(/<(\/?)h[4-6]\b/gi, "<$1h3")
    .replace(/<(\/?)t[dh]\b/gi, "<$1div");
}
