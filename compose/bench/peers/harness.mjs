/**
 * What the Node clients of the peers share. A producer takes commands from `penstock bench peers` on stdin, one JSON
 * object a line, and answers each with one on stdout. It ends when stdin does, so it never outlives the benchmark.
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** A worker says this on stdout once it takes jobs; a producer answers commands from then on. */
const READY = 'ready';

/** How long a closed loop waits for what is still in flight when it ends. */
const PATIENCE_MS = 30_000;

/** Multiples of it, less their whole part, spread evenly, however many there are. */
const GOLDEN_RATIO = 0.618034;

/** Below this the event loop turns instead of sleeping, whose resolution is a millisecond. */
const SPIN_MICROS = 1_000;

/** What the benchmark hands over in the environment. */
export const settings = {
  url: new URL(required('PEER_URL')),
  queue: required('PEER_QUEUE'),
  slots: Number(process.env.PEER_SLOTS ?? '1'),
  lostAfterMillis: Number(process.env.PEER_LOST_AFTER_MS ?? '5000'),
  begins: process.env.PEER_BEGINS,
};

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set; 'penstock bench peers' sets it`);
  }
  return value;
}

/** Microseconds since 1970 by this machine's clock, as the benchmark has them. */
function nowMicros() {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** Runs one job: notes its id where the benchmark asks for that, and sleeps. Returns when it began and ended. */
export async function runJob(id, jobMillis) {
  const began = nowMicros();
  if (settings.begins) {
    appendFileSync(settings.begins, `${id}\n`);
  }
  if (jobMillis > 0) {
    await setTimeout(jobMillis);
  }
  return [began, nowMicros()];
}

/** Tells the benchmark that this worker takes jobs, and ends with it. */
export function workerReady() {
  process.stdout.write(`${READY}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

/**
 * Carries out commands until stdin ends.
 *
 * @param queue a client: `send({id, urgent, jobMillis, body})`, `fill(jobs)`, `waiting()`, and `onResult(sink)`, whose
 *   sink is called with `(id, beganMicros, endedMicros)`; all but onResult may return promises
 */
export async function serve(queue) {
  let sink = () => {};
  queue.onResult((id, began, ended) => sink(id, began, ended));
  const commands = {
    closed: (command, round) => closedLoop(queue, command, round, (told) => (sink = told)),
    open: (command, round) => openLoop(queue, command, round, (told) => (sink = told)),
    fill: (command, round) => fill(queue, command, round),
    waiting: async () => ({ waiting: await queue.waiting() }),
  };
  process.stdout.write(`${READY}\n`);
  let rounds = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    const answer = await commands[command.do](command, `${settings.queue}-r${rounds++}`).catch((error) => ({ error: String(error) }));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}

/** Keeps a number of requests in flight; gives results a second after the ramp-up. */
async function closedLoop(queue, { rampMillis, millis, inFlight, body }, round, listen) {
  let sent = 0;
  let arrived = 0;
  let failure;
  let sending = true;
  const send = () => {
    const id = `${round}-${sent++}`;
    Promise.resolve(queue.send({ id, urgent: true, jobMillis: 0, body })).catch((error) => (failure ??= error));
  };
  listen((id) => {
    if (id.startsWith(`${round}-`)) {
      arrived++;
      if (sending) {
        send();
      }
    }
  });
  for (let i = 0; i < inFlight; i++) {
    send();
  }
  await setTimeout(rampMillis);
  const before = arrived;
  const from = nowMicros();
  await setTimeout(millis);
  const perSecond = ((arrived - before) * 1e6) / (nowMicros() - from);
  sending = false;
  for (let end = Date.now() + PATIENCE_MS; arrived < sent && Date.now() < end && !failure; ) {
    await setTimeout(5);
  }
  if (failure) {
    throw failure;
  }
  return { perSecond, missing: sent - arrived };
}

/** Sends on schedule, whatever became of the requests before; gives a row of times for each request. */
async function openLoop(queue, command, round, listen) {
  const { perSecond, count, urgent, jobMillis, body, patienceMillis, lingerMillis } = command;
  // Each row: due, sent, began, ended, visible, results; microseconds since 1970, 0 where it never came.
  const rows = Array.from({ length: count }, () => [0, 0, 0, 0, 0, 0]);
  let answered = 0;
  let failure;
  listen((id, began, ended) => {
    const visible = nowMicros();
    if (!id.startsWith(`${round}-`)) {
      return;
    }
    const row = rows[Number(id.slice(round.length + 1))];
    if (row[5]++ === 0) {
      [row[2], row[3], row[4]] = [began, ended, visible];
      answered++;
    }
  });
  const begin = nowMicros();
  for (let number = 0; number < count; number++) {
    const due = begin + Math.round((number * 1e6) / perSecond);
    await until(due);
    rows[number][0] = due;
    rows[number][1] = nowMicros();
    Promise.resolve(queue.send({ id: `${round}-${number}`, urgent, jobMillis, body })).catch(
      (error) => (failure ??= error),
    );
  }
  for (let end = Date.now() + patienceMillis; answered < count && Date.now() < end && !failure; ) {
    await setTimeout(5);
  }
  await setTimeout(lingerMillis);
  if (failure) {
    throw failure;
  }
  return { rows };
}

async function until(dueMicros) {
  for (let wait = dueMicros - nowMicros(); wait > 0; wait = dueMicros - nowMicros()) {
    await (wait > 2 * SPIN_MICROS ? setTimeout(Math.floor((wait - SPIN_MICROS) / 1000)) : setImmediate());
  }
}

/**
 * Puts jobs that are not urgent on the queue, a thousand at a time. Their times are spread from half to one and a half
 * of the one asked for, or all slots would become free at once.
 */
async function fill(queue, { count, jobMillis, body }, round) {
  for (let from = 0; from < count; from += 1000) {
    const jobs = [];
    for (let i = from; i < Math.min(count, from + 1000); i++) {
      const spread = 0.5 + ((i * GOLDEN_RATIO) % 1);
      jobs.push({ id: `${round}-${i}`, urgent: false, jobMillis: Math.round(jobMillis * spread), body });
    }
    await queue.fill(jobs);
  }
  return { filled: count };
}
