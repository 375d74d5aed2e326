// The essay's sheet: TipTap with exactly what an entry on paper may hold. Whatever is pasted is cut to this schema.

import { Editor } from "@tiptap/core";
import { Bold } from "@tiptap/extension-bold";
import { Document } from "@tiptap/extension-document";
import { HardBreak } from "@tiptap/extension-hard-break";
import { Heading } from "@tiptap/extension-heading";
import { Italic } from "@tiptap/extension-italic";
import { BulletList, ListItem, OrderedList } from "@tiptap/extension-list";
import { Paragraph } from "@tiptap/extension-paragraph";
import { Text } from "@tiptap/extension-text";
import { TextAlign } from "@tiptap/extension-text-align";
import { Underline } from "@tiptap/extension-underline";
import { UndoRedo } from "@tiptap/extensions";
import { tidyPasted } from "./paste.js";

const SPACES = { preserveWhitespace: true }; // a space at the end of what was saved is the one before the next word
const READ_PAUSE = 100; // what was typed since is lost if the power fails this instant
const LONGEST_COMPOSITION = 1000;

// Tab leaves the sheet everywhere, in lists too: nobody who works by keyboard is caught in it.
const Item = ListItem.extend({
  addKeyboardShortcuts() {
    return { Enter: () => this.editor.commands.splitListItem(this.name) };
  },
});

const EXTENSIONS = [
  Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, BulletList, OrderedList, Item, UndoRedo,
  Heading.configure({ levels: [2, 3] }),
  TextAlign.configure({ types: ["heading", "paragraph"], alignments: ["left", "center", "right", "justify"] }),
];

export function makeEditor({ mount, html, attributes, onText, onChange }) {
  const editor = new Editor({
    element: mount,
    extensions: EXTENSIONS,
    content: html,
    parseOptions: SPACES,
    injectCSS: false, // the page's policy allows no inline style
    editorProps: {
      attributes,
      transformPastedHTML: tidyPasted,
      transformPastedText: (pasted) => pasted.normalize("NFC"),
    },
    onUpdate: () => {
      onText(textOf(editor));
      reading.soon();
    },
  });
  const reading = makeReading(editor, () => onChange(htmlOf(editor)));
  editor.view.dom.addEventListener("compositionend", () => reading.soon());
  return {
    editor,
    text: () => textOf(editor),
    readNow: () => reading.now(),
    replace: (newer) => editor.commands.setContent(newer, { emitUpdate: false, parseOptions: SPACES }),
    restore: (earlier) => editor.commands.setContent(earlier, { emitUpdate: true, parseOptions: SPACES }), // a change like any other: it can be undone
  };
}

// Reads the sheet shortly after a change. While an input method is composing (Telex, a phone's keyboard) it waits, but
// not for ever: some keyboards compose until the next space. Reading never touches the sheet.
function makeReading(editor, read) {
  let timer = null;
  let since = null;

  function now() {
    clearTimeout(timer);
    if (since === null) return;
    since = timer = null;
    read();
  }

  function look() {
    const composing = editor.view.composing && performance.now() - since < LONGEST_COMPOSITION;
    if (composing) timer = setTimeout(look, READ_PAUSE);
    else now();
  }

  function soon() {
    since ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(look, READ_PAUSE);
  }

  return { soon, now };
}

const htmlOf = (editor) => (editor.isEmpty ? "" : editor.getHTML().normalize("NFC"));
const textOf = (editor) => editor.getText({ blockSeparator: "\n" });
