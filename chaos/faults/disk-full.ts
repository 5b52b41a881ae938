import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../harness/fault.js';
import { EVERYSEC, oneServer } from '../harness/redisServer.js';

const SIZE = '256m';
const PIECE = Buffer.alloc(1024 * 1024);
const FULL_FOR_MS = 5_000;
const ONE_IN = 700;

export const fault: Fault = {
  about: 'the disk under the append-only file of Redis is full for 5 s',
  notHere: async () => {
    if (process.getuid?.() !== 0) return 'it takes root, to mount a small file system';
    const dir = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-disk-'));
    try {
      mount(dir);
      execFileSync('umount', [dir], { stdio: 'ignore' });
      return undefined;
    } catch {
      return 'no file system can be mounted';
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
  needs: ({ redis }) => ({
    openRedis: async (tools) => {
      const dir = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-disk-'));
      mount(dir);
      const opened = await oneServer(tools, { server: redis, dir, args: EVERYSEC });
      return {
        ...opened,
        async remove() {
          await opened.remove();
          execFileSync('umount', ['-l', dir], { stdio: 'ignore' });
          rmSync(dir, { recursive: true, force: true });
        },
      };
    },
  }),
  async strike(scene) {
    const ballast = path.join(scene.redis.server.dir, 'ballast');
    for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
      await scene.intake.reached(share);
      const strike = scene.struck(scene.fleet.inHand());
      fill(ballast);
      await pause(FULL_FOR_MS);
      rmSync(ballast);
      strike.over = Date.now();
    }
  },
};

function mount(dir: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', dir], { stdio: 'ignore' });
}

/** Writes until nothing more fits, to the last byte. */
function fill(file: string): void {
  const handle = openSync(file, 'w');
  try {
    for (let length = PIECE.length; length > 0; ) {
      try {
        const written = writeSync(handle, PIECE, 0, length);
        if (written < length) length = Math.max(1, length >> 1);
      } catch {
        length >>= 1;
      }
    }
  } finally {
    closeSync(handle);
  }
}
