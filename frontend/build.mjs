// Bundles the modules and styles into ../quizapp/static/build, under names that carry a hash of their content, and
// writes manifest.json: logical name -> file name. Same input, same bytes.
import { build } from "esbuild";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "quizapp", "static", "build");
const draft = `${target}.draft`;
const entries = ["src/app.js", "src/attempt.js", "src/essay.js", "src/review.js", "src/receipt.js", "styles/app.css", "images/mark.svg"];
const choicePage = ["app.css", "app.js", "attempt.js"];
const limitKb = 60;

rmSync(draft, { recursive: true, force: true });
mkdirSync(draft, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: entries,
  outdir: draft,
  entryNames: "[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  bundle: true,
  format: "esm",
  target: ["es2020", "chrome90", "firefox90", "safari14.1"],
  minify: true,
  legalComments: "none",
  loader: { ".woff2": "file", ".svg": "copy" },
  metafile: true,
});

const manifest = manifestOf(metafile);
compress(Object.values(manifest));
writeFileSync(join(draft, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
replace(target, draft);
report(manifest);

function manifestOf({ outputs }) {
  const named = Object.entries(outputs).filter(([, output]) => output.entryPoint);
  const pairs = named.map(([path, output]) => [basename(output.entryPoint), relative(draft, join(here, path))]);
  return Object.fromEntries(pairs.sort(([a], [b]) => a.localeCompare(b)));
}

// Beside each text file its compressed twins, for servers that hand them out as they are (nginx: gzip_static).
function compress(files) {
  for (const file of files) {
    const bytes = readFileSync(join(draft, file));
    writeFileSync(join(draft, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    writeFileSync(join(draft, `${file}.br`), brotliCompressSync(bytes));
  }
}

// The old build stays whole until the new one is whole.
function replace(place, next) {
  rmSync(place, { recursive: true, force: true });
  renameSync(next, place);
}

function report(names) {
  const sizes = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, sizeOf(join(target, file))]));
  for (const [name, { raw, gzip, brotli }] of Object.entries(sizes)) {
    console.log(`${name.padEnd(12)} ${kb(raw)} raw ${kb(gzip)} gzip ${kb(brotli)} brotli`);
  }
  const fonts = readdirSync(join(target, "fonts")).map((file) => readFileSync(join(target, "fonts", file)).length);
  console.log(`fonts        ${kb(fonts.reduce((sum, size) => sum + size, 0))} in ${fonts.length} files, fetched as needed`);
  const choice = choicePage.reduce((sum, name) => sum + sizes[name].gzip, 0);
  console.log(`choice page  ${kb(choice)} gzip of ${limitKb} KB (${choicePage.join(" + ")})`);
  if (choice > limitKb * 1024) {
    console.error("The choice page is heavier than it may be.");
    process.exitCode = 1;
  }
}

function sizeOf(path) {
  const bytes = readFileSync(path);
  return { raw: bytes.length, gzip: gzipSync(bytes).length, brotli: brotliCompressSync(bytes).length };
}

function kb(bytes) {
  return `${(bytes / 1024).toFixed(1).padStart(6)} KB`;
}
