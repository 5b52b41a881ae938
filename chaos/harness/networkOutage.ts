import { setTimeout as pause } from 'node:timers/promises';
import type { Scene } from './scene.js';
import type { ProxyMode, TcpProxy } from './tcpProxy.js';

const ONE_IN = 1_500;

/** Lets the way of the workers to Redis or to the platform go wrong, for as long as an outage lasts. */
export async function cutOff(
  scene: Scene,
  way: 'toRedis' | 'toPlatform',
  mode: ProxyMode,
): Promise<void> {
  for (const share of scene.moments(scene.strikesFor(ONE_IN))) {
    await scene.intake.reached(share);
    const strike = scene.struck(scene.fleet.inHand());
    proxyOf(scene, way).turn(mode);
    await pause(scene.settings.outageMs);
    proxyOf(scene, way).turn('passes');
    strike.over = Date.now();
  }
}

function proxyOf(scene: Scene, way: 'toRedis' | 'toPlatform'): TcpProxy {
  const proxy = scene[way];
  if (proxy === undefined) throw new Error('this scene has no proxies');
  return proxy;
}
