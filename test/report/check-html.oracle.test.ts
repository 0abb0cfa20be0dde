/**
 * The HTML report in a real Chromium: drawn side by side, safe against what names may hold, readable without scripts, in the
 * dark and on paper. Skipped where there is no Chromium.
 */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeReport } from '../../src/report/check-report.ts';
import { checkHtml } from '../../src/report/html/check-html.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import { abi, field, record } from '../verdict/build.ts';
import { vcpuEvents } from '../verdict/vcpu-events.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const events = checkHtml(makeReport(checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('ext_abt_esr') }])));

const attack = '"><script>window.hacked=1</script><img src=x onerror="window.hacked=2"><style>*{display:none}</style>';
const hostile = checkHtml(
  makeReport(
    checkAbis([
      {
        old: abi({ label: attack, records: [record('struct', attack, [field('__u32', 'a'), field('__u32', 'b')])] }),
        new: abi({ label: attack, records: [record('struct', attack, [field('__u32', attack), field('__u64', 'b')])] }),
      },
    ]),
    { textOf: (side) => `${attack}\n${side}${attack}\n` },
  ),
);

/** The contrast of every text that has a colour of its own, by WCAG 2.2; runs in the page. */
const contrasts = `(() => {
  const luminance = (text) => {
    const parts = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255);
    const [r, g, b] = parts.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return colour !== 'rgba(0, 0, 0, 0)' || element.parentElement === null ? colour : behind(element.parentElement);
  };
  return [...document.querySelectorAll('body, .chip, td.added, td.changed, td.removed, .soft, .word')].map((element) => {
    const two = [getComputedStyle(element).color, behind(element)].map(luminance).sort((a, b) => b - a);
    return (two[0] + 0.05) / (two[1] + 0.05);
  });
})()`;

describe.skipIf(!existsSync(executablePath))('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(async () => {
    await browser.close();
  });

  /** Opens a document as a file would be: nothing behind it. What it complains of or asks for is collected. */
  async function open(text: string, options: BrowserContextOptions = {}): Promise<{ page: Page; trouble: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('dialog', (dialog) => trouble.push(dialog.message()));
    await context.route('**/*', (route) => {
      const url = route.request().url();
      if (url === 'http://report.test/') return route.fulfill({ body: text, contentType: 'text/html; charset=utf-8' });
      trouble.push(`asked for ${url}`);
      return route.abort();
    });
    await page.goto('http://report.test/');
    return { page, trouble: trouble.filter((one) => !one.includes('favicon')) };
  }

  const box = async (page: Page, title: string, nth = 0): Promise<{ x: number; y: number; width: number }> => {
    const found = await page.locator(`td[title^="${title}"]`).nth(nth).boundingBox();
    if (found === null) throw new Error(`nothing is drawn for ${title}`);
    return found;
  };

  test('draws old and new side by side, each byte as wide as every other', async () => {
    const { page, trouble } = await open(events, { javaScriptEnabled: false });
    const old = await box(page, 'bytes 16 to 23: __u32[12] reserved');
    const added = await box(page, 'bytes 16 to 23: __u64 exception.ext_abt_esr (new)');
    expect(added.y).toBe(old.y);
    expect(added.x).toBeGreaterThan(old.x + old.width);
    const names = ['serror_pending', 'serror_has_esr', 'ext_dabt_pending', 'ext_iabt_pending', 'ext_abt_has_esr'];
    for (const [byte, name] of names.entries()) {
      const { width } = await box(page, `byte ${String(byte)}: __u8 exception.${name}`, byte < 3 ? 1 : 0);
      // Eight of them, with the seams between them, are a row.
      expect(Math.abs(width * 8 - added.width)).toBeLessThan(24);
    }
    expect(trouble).toEqual([]);
  });

  test('the policy lets the style sheet in', async () => {
    const { page, trouble } = await open(events);
    expect(await page.evaluate<string>(`getComputedStyle(document.querySelector('.contracts')).display`)).toBe('grid');
    expect(trouble).toEqual([]);
  });

  test('nothing in a name runs, loads or hides', async () => {
    const { page, trouble } = await open(hostile);
    expect(await page.evaluate<boolean>(`'hacked' in window`)).toBe(false);
    expect(await page.locator('script, img, iframe, form, link, object, embed').count()).toBe(0);
    expect(await page.locator('style').count()).toBe(1);
    expect(await page.locator('dd code').first().textContent()).toBe(attack);
    expect(await page.locator('h1').isVisible()).toBe(true);
    expect(trouble).toEqual([]);
  });

  test('fits a narrow window: only the drawing scrolls', async () => {
    const { page } = await open(hostile, { viewport: { width: 390, height: 800 } });
    const tooWide = `document.documentElement.scrollWidth - window.innerWidth`;
    expect(await page.evaluate<number>(tooWide)).toBeLessThanOrEqual(0);
  });

  test('follows the reader into the dark, with enough contrast', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(events, { colorScheme });
      const ratios = await page.evaluate<number[]>(contrasts);
      // WCAG 2.2, 1.4.3: 4.5 to 1 for text.
      expect(Math.min(...ratios)).toBeGreaterThan(4.5);
      expect(ratios.length).toBeGreaterThan(10);
    }
  });

  test('the keyboard reaches the findings first, then what scrolls and folds', async () => {
    const { page } = await open(events);
    const focused = (): Promise<string> => page.evaluate<string>(`document.activeElement.textContent`);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the findings');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.hash === '#findings', { waitUntil: 'commit' });
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>(`document.activeElement.getAttribute('aria-label')`)).toContain(
      'Bytes of struct',
    );
  });

  test('prints with the drawing whole and nothing to click', async () => {
    const { page } = await open(events);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.skip').isVisible()).toBe(false);
    const tooWide = `document.querySelector('.bytes').offsetWidth - document.body.clientWidth`;
    expect(await page.evaluate<number>(tooWide)).toBeLessThanOrEqual(0);
    expect((await page.pdf({ format: 'A4' })).byteLength).toBeGreaterThan(10_000);
  });
});
