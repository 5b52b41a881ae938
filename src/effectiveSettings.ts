import { isDeepStrictEqual } from 'node:util';
import { type Config, loadConfig, SETTING_NAMES, secrecyOf } from './config.js';
import { describeFrequencyCaps, type FrequencyCaps } from './notification/frequencyCaps.js';
import { describeUnknownPolicies, type UnknownPolicies } from './notification/unknownPolicy.js';
import { UNITS } from './settingKinds.js';
import { SETTING_WORDS } from './settingWords.js';

/** The configuration in force, defaults included, fit for a log: durations in milliseconds. */
export function effectiveConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    SETTING_NAMES.filter((name) => config[name] !== undefined).map((name) => [
      name,
      shown(name, config[name]),
    ]),
  );
}

/** What could be a secret or an address is only said to be there: also where that was not decided. */
function shown(name: keyof Config, value: Config[keyof Config]): unknown {
  if (name === 'FREQUENCY_CAP') return describeFrequencyCaps(value as FrequencyCaps);
  if (name === 'UNKNOWN_POLICY') return describeUnknownPolicies(value as UnknownPolicies);
  const secret = secrecyOf(name);
  if (secret === false || typeof value === 'number') return value;
  if (secret === 'credentials') return withoutCredentials(String(value));
  return Array.isArray(value) ? `${value.length} set` : 'set';
}

/** A password may stand before the host, and in the query, where the client takes options from. */
function withoutCredentials(urls: string): string {
  return urls.replace(/\/\/[^,]*@/g, '//').replace(/\?[^,]*/g, '');
}

/** A setting as people read it. */
export interface EffectiveSetting {
  name: keyof Config;
  /** As one would write it; `set` in the place of what must not be shown. Undefined where it is left out. */
  value?: string;
  /** Whether it is what it would be without being set. */
  isDefault: boolean;
  meaning: string;
}

/** Every setting of this process, without secrets and addresses. */
export function effectiveSettings(config: Config): EffectiveSetting[] {
  const nothingSet = loadConfig({}, 'api');
  if (!nothingSet.ok) throw new Error('the defaults are no configuration');
  const defaults = nothingSet.config;
  return SETTING_NAMES.map((name) => {
    const { initially, meaning } = SETTING_WORDS[name];
    const isDefault = isDeepStrictEqual(config[name], defaults[name]);
    const value = isDefault ? initially : written(name, config[name], initially);
    return { name, value, isDefault, meaning };
  });
}

function written(
  name: keyof Config,
  value: Config[keyof Config],
  initially: string | undefined,
): string {
  // Durations are the numbers whose default has a unit.
  if (typeof value === 'number' && /[a-z]$/.test(initially ?? '')) return durationText(value);
  if (name === 'RECONCILE_AFTER') return (value as number[]).map(durationText).join(',');
  const safe = shown(name, value);
  return Array.isArray(safe) ? safe.join(',') : String(safe);
}

/** A duration (ms) in the largest unit that it is a whole number of. */
function durationText(ms: number): string {
  const units = Object.entries(UNITS).reverse();
  const [unit, length] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['s', UNITS.s];
  return `${ms / length}${unit}`;
}
