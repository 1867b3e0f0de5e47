// What all suites share: a check is a sentence and a function that throws; one line is printed for each.
//
// The last line of a suite is `N passed, M failed`, which `run.mjs` reads.

/** The address of the service, as the suites are given it: `node SUITE.mjs URL [ADMIN_TOKEN]`. */
export const [base, token] = addressAndToken();

const results = { passed: 0, failed: 0 };

function addressAndToken() {
  const [url, adminToken] = process.argv.slice(2);
  if (url === undefined || !URL.canParse(url)) {
    console.error(`usage: node ${process.argv[1]} URL [ADMIN_TOKEN]`);
    process.exit(2);
  }
  return [new URL(url).origin, adminToken];
}

/** Throws the message where the condition does not hold. */
export function assert(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

/** Throws where the two differ as JSON. */
export function assertSame(found, expected, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  assert(left === right, `${what}: expected ${right}, found ${left}`);
}

/** Returns what the promise comes to, or fails after so many seconds: no check waits for ever. */
export function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing came in ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Runs one check and prints how it went; what it returns is printed beside it. */
export async function check(name, body) {
  try {
    const note = await within(30, 'the check', Promise.resolve().then(body));
    results.passed += 1;
    console.log(`ok    ${name}${note === undefined ? '' : ` — ${note}`}`);
  } catch (error) {
    results.failed += 1;
    console.log(`FAIL  ${name}\n      ${(error?.message ?? JSON.stringify(error)).replaceAll('\n', '\n      ')}`);
  }
}

/** Prints the count and ends the process: sockets that a failed check left open do not keep it. */
export function end() {
  console.log(`${results.passed} passed, ${results.failed} failed`);
  process.exit(results.failed === 0 ? 0 : 1);
}

/** Sends a question as JSON and returns the status, the headers and what came back. */
export async function ask(body, headers = {}) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, answer: await response.json() };
}

/** Returns a word that no other run has used. */
export function freshWord() {
  return Math.random().toString(36).slice(2, 10).replace(/^\d/, 'x');
}
