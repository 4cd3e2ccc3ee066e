// npm run check:a11y [-- name …]: axe over every page and state, light and dark, narrow and wide. Fails on any violation and on anything the browser complains of.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { VIEWS, launch, open, serve } from './browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const server = await serve();
const browser = await launch();
let violations = 0;
let checked = 0;
const wanted = process.argv.slice(2);
for (const view of VIEWS.filter((v) => wanted.length === 0 || wanted.includes(v.name))) {
  for (const width of [360, 1280].filter((w) => !process.env.WIDTH || w === Number(process.env.WIDTH))) {
    for (const theme of ['light', 'dark'].filter((t) => !process.env.THEME || t === process.env.THEME)) {
      const { page, problems, close } = await open(browser, server.url, view, { width, height: 800, theme });
      await page.waitForTimeout(700); // fades have ended
      await page.evaluate(axe);
      const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
      checked++;
      for (const violation of result.violations) {
        violations++;
        console.log(`${view.name} ${width} ${theme}: ${violation.id}: ${violation.help}`);
        violation.nodes.slice(0, 3).forEach((node) => console.log(`    ${node.html.slice(0, 160)}\n    ${node.failureSummary?.split('\n').slice(1, 3).join(' ').trim()}`));
      }
      violations += problems.length;
      problems.forEach((problem) => console.log(`${view.name} ${width} ${theme}: ${problem}`));
      await close();
    }
  }
}
await browser.close();
server.close();
console.log(`${checked} views checked, ${violations} violations`);
process.exitCode = violations === 0 ? 0 : 1;
