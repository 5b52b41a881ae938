// Erases a person and dies by kill -9 once Redis has answered the nth command that writes.
import { openPersonalData } from '../../dist/app/openPersonalData.js';
import { openProducer } from '../../dist/app/openProducer.js';
import { loadConfig } from '../../dist/config.js';

const READS = new Set(['scan', 'get', 'mget', 'hget', 'hmget', 'hgetall', 'hscan', 'type', 'info']);

const loaded = loadConfig(process.env, 'api');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const producer = openProducer(loaded.config);
const { redis } = producer.store;
await new Promise((resolve) => producer.onConnect(resolve));

let left = Number(process.env.DIES_AFTER_WRITES);
const send = redis.sendCommand.bind(redis);
redis.sendCommand = (command, ...rest) => {
  const answer = send(command, ...rest);
  if (!READS.has(command.name)) {
    command.promise.finally(() => {
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    });
  }
  return answer;
};

const data = openPersonalData(loaded.config, producer);
const person = data.readPerson([process.env.PERSON]);
const report = await data.erase(person, { from: 'cli', name: 'ops' });
process.send(report);
await producer.close();
