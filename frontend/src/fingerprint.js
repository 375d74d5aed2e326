// A short name for a content: equal for equal answers, however the server's sanitiser spells them.

export function fingerprint(content) {
  return content.choice ? `c${[...content.choice].sort((a, b) => a - b).join(",")}` : `h${hash(canonical(content.html))}`;
}

// Tags, alignment and text; no other attribute, no entity spelling, no white space between blocks.
export function canonical(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const spelt = [...parsed.body.childNodes].map(spell).join("").normalize("NFC");
  return spelt.replace(/^(<p><\/p>)+$/, "");
}

function spell(node) {
  if (node.nodeType === Node.TEXT_NODE) return /^[\n\r\t ]+$/.test(node.data) && !inline(node) ? "" : escaped(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  const name = { b: "strong", i: "em" }[node.localName] ?? node.localName;
  const align = /text-align:\s*(center|right|justify)/.exec(node.getAttribute("style") ?? "")?.[1] ?? "";
  return `<${name}${align && ` ${align}`}>${[...node.childNodes].map(spell).join("")}</${name}>`;
}

const inline = (text) => /^(p|h2|h3|strong|b|em|i|u)$/.test(text.parentNode.localName);
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// cyrb53: 53 bits, public domain. Not for secrets; it only tells two drafts of one essay apart.
export function hash(text) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
