import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { receiver, use } from './gateway';

const PROGRAM = process.env.PUNCHCARD ?? resolve('../target/debug/punchcard');

/**
 * Before all tests: the real binary on a folder of its own with the demo's world, under a manual clock, so that every
 * answer is the same in each run. Returns how to stop it. `PUNCHCARD_TEST_CONSOLE` names a server that runs already, and
 * `PUNCHCARD_TEST_DATA` its folder.
 */
export default async function world(): Promise<() => Promise<void>> {
  const stop = process.env.PUNCHCARD_TEST_CONSOLE ? async () => {} : await start();
  const { server, url } = await receiver('SUCCESS');
  await use(url);
  return async () => {
    server.close();
    await stop();
  };
}

async function start(): Promise<() => Promise<void>> {
  if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: cargo build --workspace`);
  const data = mkdtempSync(join(tmpdir(), 'punchcard-console-'));
  const any = '127.0.0.1:0';
  const words = ['serve', '--demo', '--data', data, '--listen', any, '--operator-listen', any];
  const server = spawn(PROGRAM, [...words, '--clock', 'manual:2026-11-30T12:00:00+08:00'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  server.stderr.on('data', (bytes) => errors.push(String(bytes)));
  const address = await Promise.race([
    new Promise<string>((found) => {
      createInterface({ input: server.stdout }).on('line', (line) => {
        const [, address] = /metrics on (http:\/\/[^/\s]+)/.exec(line) ?? [];
        if (address !== undefined) found(address);
      });
    }),
    once(server, 'exit').then(() => Promise.reject(new Error(`the server ended: ${errors.join('')}`))),
  ]);
  process.env.PUNCHCARD_TEST_CONSOLE = address;
  process.env.PUNCHCARD_TEST_DATA = data;
  return async () => {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true });
  };
}
