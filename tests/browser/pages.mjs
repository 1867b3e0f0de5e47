// Opens the pages of a running eragraph in headless Chromium and checks what a newcomer sees.
//
//   node pages.mjs BASE_URL [SCREENSHOT_FOLDER]
//
// Fails on any request to another host, on any message that the console shows as an error, and on
// any file that does not load. `CHROMIUM` names the browser, /usr/bin/chromium otherwise.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [base, folder] = process.argv.slice(2);
if (base === undefined || !URL.canParse(base)) {
  console.error('usage: node pages.mjs BASE_URL [SCREENSHOT_FOLDER]');
  process.exit(2);
}
const origin = new URL(base).origin;

/** Ends the run where nothing can be checked at all. */
function giveUp(message) {
  console.error(message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

const examples = await fetch(`${origin}/graphiql/examples.json`)
  .then(response => response.json())
  .catch(error => giveUp(`${origin} gives no examples: ${error.cause?.message ?? error.message}`));

const launching = chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const browser = await launching.catch(error => giveUp(`Chromium does not start: ${error.message}`));

const results = { passed: 0, failed: 0 };

function assert(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** Tells whether a request may be made: to the service itself, or to no host at all. */
function isOwn(url) {
  return url.startsWith(`${origin}/`) || /^(data|blob|about):/.test(url);
}

/** Runs one check as a visitor who was never here, and reports it. */
async function check(name, body, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  context.on('request', request => isOwn(request.url()) || complaints.push(`a request left for ${request.url()}`));
  context.on('requestfailed', request => {
    const reason = request.failure()?.errorText;
    // A visitor who goes on to another page ends what the last one was still loading.
    if (reason !== 'net::ERR_ABORTED') {
      complaints.push(`${request.url()}: ${reason}`);
    }
  });
  context.on('response', response => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
  context.on('console', message => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  context.on('weberror', error => complaints.push(`uncaught: ${error.error()}`));
  await context.route(url => !isOwn(url.href), route => route.abort());
  try {
    await body(page);
    assert(complaints.length === 0, complaints.join('\n'));
    results.passed += 1;
    console.log(`ok    ${name}`);
  } catch (error) {
    results.failed += 1;
    await screenshot(page, `failed-${results.failed}`).catch(() => {});
    console.log(`FAIL  ${name}\n      ${[error.message, ...complaints].join('\n').replaceAll('\n', '\n      ')}`);
  } finally {
    await context.close();
  }
}

async function screenshot(page, name, options = {}) {
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), ...options });
  }
}

/** Returns the names of the tabs. */
function tabs(page) {
  return page.locator('.graphiql-tab-button').evaluateAll(buttons => buttons.map(button => button.title));
}

/** Returns the name of the open tab. */
function openTab(page) {
  return page.locator('.graphiql-tab-active .graphiql-tab-button').getAttribute('title');
}

/** Waits until GraphiQL shows its editor, has read the schema, and the explorer lists its fields. */
async function graphiqlIsReady(page) {
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await page.locator('.graphiql-explorer-root').first().waitFor();
  await page.locator('.graphiql-explorer-root').getByText('snapshots', { exact: true }).first().waitFor();
}

/** Presses the play button and returns the text of the answer, which the editor keeps as a whole. */
async function run(page) {
  const answered = page.waitForResponse(response => new URL(response.url()).pathname === '/graphql');
  await page.getByRole('button', { name: /execute query/i }).click();
  const answer = await (await answered).json();
  await page.locator('.graphiql-response .view-line', { hasText: '"data"' }).first().waitFor();
  return answer;
}

/** The name of the operation, which GraphiQL gives to the tab. */
function tabName(example) {
  return /^query (\w+)/m.exec(example.query)[1];
}

await check('there are at least six examples', async () => {
  assert(examples.length >= 6, `there are ${examples.length}`);
});

await check('the landing page leads to GraphiQL and to every example', async page => {
  await page.goto(`${origin}/`);
  await screenshot(page, 'landing-light', { fullPage: true });
  const links = await page.locator('a[href^="/graphiql?example="]').allTextContents();
  assert(links.length === examples.length, `${links.length} links for ${examples.length} examples`);
  await page.getByRole('link', { name: 'Open GraphiQL' }).click();
  await graphiqlIsReady(page);
});

await check(
  'the landing page is legible in the dark',
  async page => {
    await page.goto(`${origin}/`);
    await screenshot(page, 'landing-dark', { fullPage: true });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red] = ground.match(/\d+/g).map(Number);
    assert(red < 64, `the ground is ${ground}`);
  },
  { colorScheme: 'dark' },
);

await check(
  'the landing page fits a telephone',
  async page => {
    await page.goto(`${origin}/`);
    await screenshot(page, 'landing-narrow', { fullPage: true });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert(width <= 390, `it is ${width} pixels wide`);
  },
  { viewport: { width: 390, height: 800 } },
);

await check('GraphiQL opens with the explorer panel and a tab for each example', async page => {
  await page.goto(`${origin}/graphiql`);
  await graphiqlIsReady(page);
  assert((await page.title()) === 'eragraph · GraphiQL', `the title is ${await page.title()}`);
  const [shown, expected] = [await tabs(page), examples.map(tabName)];
  assert(shown.join() === expected.join(), `the tabs are ${shown}, not ${expected}`);
  const last = await page.locator('.graphiql-tab-button').last().boundingBox();
  const add = await page.getByRole('button', { name: /new tab/i }).boundingBox();
  assert(last.x + last.width <= add.x, 'the last tab is out of sight');
});

for (const [index, example] of examples.entries()) {
  await check(`the example "${example.title}" opens from the landing page and is answered`, async page => {
    await page.goto(`${origin}/`);
    await page.getByRole('link', { name: example.title, exact: true }).click();
    await graphiqlIsReady(page);
    const [open, all] = [await openTab(page), await tabs(page)];
    assert(open === tabName(example), `the open tab is ${open}`);
    assert(all[0] === open && all.length === examples.length, `the tabs are ${all}`);
    const answer = await run(page);
    assert(answer.errors === undefined, `errors: ${JSON.stringify(answer.errors)}`);
    assert(answer.data !== null && Object.values(answer.data).some(value => value !== null), 'the answer is empty');
    const marks = await page.locator('.graphiql-query-editor .squiggly-error').count();
    assert(marks === 0, `the editor marks ${marks} errors in the query`);
    await screenshot(page, `example-${index + 1}-${example.name}`);
  });
}

/** Asks the service for the permanent addresses of a structure, of a unit in it, of the unit, and of a comparison. */
async function permanentAddresses() {
  const query = `{
    view(at: { date: "2018-01-01" }) {
      citation { path }
      units(first: 3) { nodes { citation { path } unit { citation { path } } } }
      snapshots(first: 1) { nodes { citation { path } } }
    }
    diff(from: { date: "2009-01-01" }, to: { date: "2018-01-01" }) { citation { path } }
  }`;
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = await response.json();
  const unit = data.view.units.nodes.at(-1);
  const things = [data.view, unit, unit.unit, data.view.snapshots.nodes[0], data.diff];
  return things.map(thing => thing.citation.path);
}

for (const [index, path] of (await permanentAddresses()).entries()) {
  for (const [width, colorScheme] of [[1200, 'light'], [390, 'dark']]) {
    await check(
      `the permanent page ${path} can be read and cited, ${width} pixels wide`,
      async page => {
        await page.goto(`${origin}${path}`);
        await screenshot(page, `permanent-${index + 1}-${width}`);
        assert((await page.locator('h1').count()) === 1, 'it has not one title');
        const forms = await page.locator('section[aria-labelledby="cite"] pre').allTextContents();
        assert(forms.length === 3 && forms.every(form => form.includes(path)), `the citations are ${forms}`);
        const shown = await page.evaluate(() => document.documentElement.scrollWidth);
        assert(shown <= width, `it is ${shown} pixels wide`);
        const dead = await page.locator('a:not([href]), a[href=""]').count();
        assert(dead === 0, `${dead} links lead nowhere`);
      },
      { viewport: { width, height: 2000 }, colorScheme },
    );
  }
  await check(`the question of ${path} opens in GraphiQL and has the same answer`, async page => {
    const expected = await fetch(`${origin}${path}`, { headers: { accept: 'application/json' } });
    await page.goto(`${origin}${path}`);
    await page.getByRole('link', { name: 'Open the question in GraphiQL' }).click();
    await graphiqlIsReady(page);
    const answer = await run(page);
    assert(JSON.stringify(answer) === JSON.stringify(await expected.json()), 'the answers differ');
  });
}

await check('a returning visitor keeps the tabs of before, and a link goes to the tab that it names', async page => {
  await page.goto(`${origin}/graphiql`);
  await graphiqlIsReady(page);
  await page.getByRole('button', { name: /new tab/i }).click();
  await page.waitForFunction(
    expected => JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{"tabs":[]}').tabs.length === expected,
    examples.length + 1,
  );
  const last = examples.at(-1);
  await page.goto(`${origin}/graphiql?example=${last.name}`);
  await graphiqlIsReady(page);
  const [open, all] = [await openTab(page), await tabs(page)];
  assert(all.length === examples.length + 1, `the tabs are ${all}`);
  assert(open === tabName(last), `the open tab is ${open}`);
});

await check('an address can bring a query of its own, which is not run by itself', async page => {
  const asked = [];
  page.on('request', request => request.method() === 'POST' && asked.push(request.postData() ?? ''));
  await page.goto(`${origin}/graphiql?query=${encodeURIComponent('query Mine { eras { id } }')}`);
  await graphiqlIsReady(page);
  assert((await openTab(page)) === 'Mine', `the open tab is ${await openTab(page)}`);
  assert(!asked.some(body => body.includes('Mine')), 'it was run');
});

await check(
  'GraphiQL is dark where the system is',
  async page => {
    await page.goto(`${origin}/graphiql`);
    await graphiqlIsReady(page);
    await run(page);
    await screenshot(page, 'graphiql-dark');
  },
  { colorScheme: 'dark' },
);

await browser.close();
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exitCode = results.failed === 0 ? 0 : 1;
