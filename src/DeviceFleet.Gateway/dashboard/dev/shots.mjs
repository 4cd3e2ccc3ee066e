// npm run shots [-- name …]: pictures of every page and state into dist/shots (not kept in the repository).
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { VIEWS, launch, open, serve } from './browser.mjs';

const OUT = process.env.SHOTS ?? fileURLToPath(new URL('../dist/shots', import.meta.url));
const SIZES = [{ width: 360, height: 740 }, { width: 1280, height: 800 }, { width: 2560, height: 1400 }];
const wanted = process.argv.slice(2);

await mkdir(OUT, { recursive: true });
const server = await serve();
const browser = await launch();
let bad = 0;
for (const view of VIEWS.filter((v) => wanted.length === 0 || wanted.includes(v.name))) {
  for (const size of SIZES.filter((s) => !process.env.WIDTH || s.width === Number(process.env.WIDTH))) {
    for (const theme of ['light', 'dark'].filter((t) => !process.env.THEME || t === process.env.THEME)) {
      const { page, problems, close } = await open(browser, server.url, view, { ...size, theme });
      await page.waitForTimeout(Number(process.env.SETTLE ?? 2_500)); // sparklines and lanes fill with time
      await page.screenshot({ path: `${OUT}/${view.name}-${size.width}-${theme}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (problems.length > 0 || wide) {
        bad++;
        console.log(`${view.name} ${size.width} ${theme}: ${wide ? 'wider than the screen; ' : ''}${problems.join('; ')}`);
      }
      await close();
    }
  }
}
await browser.close();
server.close();
console.log(`${OUT}: ${bad} with problems`);
process.exitCode = bad === 0 ? 0 : 1;
