import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, type Role, SETTING_NAMES, secrecyOf } from '../../src/config.js';
import { packageVersion } from '../../src/ops/packageVersion.js';
import { projectRoot } from '../support/pages.js';
import { KUBERNETES, type Manifest, readManifests, render } from './support/kustomize.js';
import { faultsOf } from './support/schemas.js';

const read = (name: string) => readFileSync(new URL(name, projectRoot), 'utf8');
const dockerfile = read('Dockerfile');

const RENDERED = {
  small: render('overlays/small'),
  production: render('overlays/production'),
  'production with KEDA': render('overlays/production', { components: ['components/keda'] }),
};
const OVERLAYS = Object.entries(RENDERED).map(([overlay, rendering]) => ({
  overlay,
  ...rendering,
}));
const secrets = readManifests(path.join(KUBERNETES, 'secrets.example.yaml'));

interface Container {
  name: string;
  image: string;
  args: string[];
  ports: { name: string; containerPort: number }[];
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  env?: object[];
  volumeMounts: { name: string; mountPath: string }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: object;
  lifecycle?: { preStop: { exec: { command: string[] } } };
  startupProbe: Probe;
  livenessProbe: Probe;
  readinessProbe: Probe;
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface Workload {
  replicas?: number;
  selector: { matchLabels: Record<string, string> };
  template: {
    metadata: { labels: Record<string, string> };
    spec: {
      containers: Container[];
      securityContext: object;
      terminationGracePeriodSeconds: number;
      enableServiceLinks: boolean;
      automountServiceAccountToken: boolean;
      volumes?: { name: string }[];
    };
  };
}

function named(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

/** Api and worker of an overlay, each with its only container. */
function rolesOf(manifests: readonly Manifest[]) {
  return (['api', 'worker'] as const).map((role) => {
    const spec = named(manifests, 'Deployment', `notifier-${role}`)['spec'] as Workload;
    const [container, ...others] = spec.template.spec.containers;
    if (container === undefined || others.length > 0) throw new Error('one container is expected');
    return { role, spec, pod: spec.template.spec, container };
  });
}

const dataOf = (manifest: Manifest, field = 'data') => manifest[field] as Record<string, string>;

describe('deploy/kubernetes', () => {
  test.each(OVERLAYS)(
    '$overlay: every document is valid by its published schema',
    ({ manifests }) => {
      expect(manifests.length).toBeGreaterThan(10);
      const faults = manifests.map((each) => [each.kind, each.metadata.name, faultsOf(each)]);
      expect(faults.filter(([, , found]) => found?.length !== 0)).toEqual([]);
    },
  );

  test('is validated so that a wrong value, a missing one and an unknown field are noticed', () => {
    const [worker] = RENDERED.small.manifests.filter(({ kind }) => kind === 'Deployment');
    const changed = (change: (spec: Workload) => void) => {
      const copy = structuredClone(worker) as Manifest;
      change(copy['spec'] as Workload);
      return faultsOf(copy);
    };
    expect(changed(() => undefined)).toEqual([]);
    expect(changed((spec) => Object.assign(spec, { replicas: 'two' }))).not.toEqual([]);
    expect(changed((spec) => Object.assign(spec, { selector: undefined }))).not.toEqual([]);
    expect(changed((spec) => Object.assign(spec.template.spec, { containres: [] }))).toEqual([
      'Deployment.spec.template.spec.containres is not in the schema',
    ]);
  });

  test('has no file that nothing refers to, and refers to none that is not there', () => {
    const used = new Set(OVERLAYS.flatMap(({ files }) => files));
    const there = readdirSync(KUBERNETES, { recursive: true, encoding: 'utf8' });
    const loose = there.filter((name) => /\.\w+$/.test(name) && !used.has(name));
    expect(loose).toEqual(['secrets.example.yaml']);
  });

  test.each(OVERLAYS)('$overlay: names are given once, in one namespace', ({ manifests }) => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { metadata } of manifests) expect(metadata.namespace).toBe('notifier');
  });

  test.each(OVERLAYS)(
    '$overlay: runs the roles of the product, in its image and version',
    ({ manifests }) => {
      for (const { role, container } of rolesOf(manifests)) {
        expect(container.args).toEqual([role]);
        expect(container.image).toBe(`registry.example.com/proactive-notifier:${packageVersion()}`);
        expect(container).not.toHaveProperty('command');
      }
      expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/main.js"]');
    },
  );

  test.each(OVERLAYS)(
    '$overlay: probes ask the routes for it, on the ports that the product listens on',
    ({ manifests }) => {
      const settings = dataOf(named(manifests, 'ConfigMap', 'notifier-settings'));
      const ports = { api: Number(settings['API_PORT']), worker: Number(settings['HEALTH_PORT']) };
      for (const { role, container } of rolesOf(manifests)) {
        const [port] = container.ports;
        expect(container.ports).toEqual([{ name: port?.name, containerPort: ports[role] }]);
        const { startupProbe, livenessProbe, readinessProbe } = container;
        // Alive while Redis is away: a restart would bring nothing back.
        expect(startupProbe.httpGet).toEqual({ path: '/healthz', port: port?.name });
        expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: port?.name });
        expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: port?.name });
        expect(dockerfile).toMatch(new RegExp(`^EXPOSE .*\\b${ports[role]}\\b`, 'm'));
      }
    },
  );

  test.each(OVERLAYS)(
    '$overlay: roles start with its settings and the secrets once they are filled in',
    ({ manifests }) => {
      const settings = dataOf(named(manifests, 'ConfigMap', 'notifier-settings'));
      for (const { role, container } of rolesOf(manifests)) {
        const parts = container.envFrom.map(({ configMapRef, secretRef }) => {
          if (configMapRef) return settings;
          return filledIn(dataOf(named(secrets, 'Secret', secretRef?.name ?? ''), 'stringData'));
        });
        const env = Object.assign({}, ...parts);
        expect([role, problemsOf(env, role)]).toEqual([role, []]);
        expect(container.env).toBeUndefined();
      }
    },
  );

  test('keeps secrets apart: settings hold none, and the example holds no value', () => {
    for (const { manifests } of OVERLAYS) {
      expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
      const settings = dataOf(named(manifests, 'ConfigMap', 'notifier-settings'));
      const names = Object.keys(settings);
      expect(names.filter((name) => !SETTING_NAMES.some((each) => each === name))).toEqual([]);
      // Addresses that customers see anyway.
      const shown = ['GENESYS_EMAIL_FROM', 'NOTIFY_ONLY_TO'];
      const secret = SETTING_NAMES.filter(
        (name) => secrecyOf(name) !== false && secrecyOf(name) !== undefined,
      );
      expect(
        names.filter((name) => secret.some((s) => s === name) && !shown.includes(name)),
      ).toEqual([]);
    }
    expect(secrets.flatMap(faultsOf)).toEqual([]);
    for (const secret of secrets) {
      const entries = Object.entries(dataOf(secret, 'stringData'));
      for (const [name, value] of entries) {
        expect(SETTING_NAMES).toContain(name);
        expect([name, value]).toEqual([name, '']);
      }
    }
  });

  test.each(OVERLAYS)(
    '$overlay: nothing runs as root, writes to its image or keeps rights of the system',
    ({ manifests }) => {
      const workloads = manifests.filter(({ kind }) => /Deployment|StatefulSet/.test(kind));
      for (const each of workloads) {
        const { spec: pod } = (each['spec'] as Workload).template;
        expect(pod.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect([pod.automountServiceAccountToken, pod.enableServiceLinks]).toEqual([false, false]);
        for (const { securityContext, resources } of pod.containers) {
          expect(securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
          expect(Object.keys(resources.limits)).toEqual(['memory']);
        }
      }
      for (const { pod } of rolesOf(manifests)) {
        const [, user, group] = /^USER (\d+):(\d+)$/m.exec(dockerfile) ?? [];
        expect(pod.securityContext).toMatchObject({
          runAsUser: Number(user),
          runAsGroup: Number(group),
        });
      }
    },
  );

  test.each(OVERLAYS)(
    '$overlay: a role gets the time that it needs to end in order',
    ({ manifests }) => {
      const [, seconds] =
        /ends a role in good order within (\d+) s/.exec(read('docs/deployment.md')) ?? [];
      for (const { pod, container } of rolesOf(manifests)) {
        const [, slept = 0] = container.lifecycle?.preStop.exec.command ?? [];
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
          Number(seconds) + Number(slept) + 5,
        );
      }
    },
  );

  test.each(OVERLAYS)(
    '$overlay: what selects pods selects those of one workload: services, budgets, policies, monitors',
    ({ manifests }) => {
      const pods = manifests
        .filter(({ kind }) => /Deployment|StatefulSet/.test(kind))
        .map((each) => (each['spec'] as Workload).template.metadata.labels);
      const services = manifests.filter(({ kind }) => kind === 'Service');
      const meets = (selector: Record<string, string>, labels: readonly Record<string, string>[]) =>
        labels.filter((each) =>
          Object.entries(selector).every(([key, value]) => each[key] === value),
        ).length;
      for (const { kind, spec } of manifests as (Manifest & {
        spec: { selector?: object; podSelector?: { matchLabels: Record<string, string> } };
      })[]) {
        if (kind === 'Service')
          expect(meets(spec.selector as Record<string, string>, pods)).toBe(1);
        if (/Deployment|StatefulSet|Budget|PodMonitor/.test(kind)) {
          const { matchLabels } = spec.selector as { matchLabels: Record<string, string> };
          expect([kind, meets(matchLabels, pods)]).toEqual([kind, 1]);
        }
        if (kind === 'ServiceMonitor') {
          const { matchLabels } = spec.selector as { matchLabels: Record<string, string> };
          const labels = services.map(({ metadata }) => metadata.labels ?? {});
          expect(meets(matchLabels, labels)).toBe(1);
        }
        if (kind === 'NetworkPolicy') {
          expect(meets(spec.podSelector?.matchLabels ?? {}, pods)).toBeGreaterThan(0);
        }
      }
    },
  );

  test.each(OVERLAYS)(
    '$overlay: all traffic of a role is denied but for what a policy names',
    ({ manifests }) => {
      const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
      const deny = named(policies, 'NetworkPolicy', 'notifier-default-deny')['spec'];
      expect(deny).toEqual({
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'proactive-notifier' } },
        policyTypes: ['Ingress', 'Egress'],
      });
      for (const { spec, metadata } of policies as (Manifest & {
        spec: Record<'ingress' | 'egress', { from?: object[]; to?: object[]; ports?: object[] }[]>;
      })[]) {
        for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
          const peers = rule.from ?? rule.to ?? [];
          expect([metadata.name, peers.length > 0, (rule.ports ?? []).length > 0]).toEqual([
            metadata.name,
            true,
            true,
          ]);
        }
      }
    },
  );

  test('KEDA is off unless an overlay names it, and then says alone how many workers there are', () => {
    const kinds = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind);
    expect(kinds(RENDERED.small.manifests)).not.toContain('ScaledObject');
    expect(kinds(RENDERED.production.manifests)).not.toContain('ScaledObject');
    const scaled = RENDERED['production with KEDA'].manifests;
    const [, worker] = rolesOf(scaled);
    expect(worker?.spec.replicas).toBeUndefined();
    const { scaleTargetRef } = named(scaled, 'ScaledObject', 'notifier-worker')['spec'] as {
      scaleTargetRef: { name: string };
    };
    named(scaled, 'Deployment', scaleTargetRef.name);
  });

  test('monitors have jobs whose names the alarms look for', () => {
    const monitors = RENDERED.production.manifests.filter(({ kind }) => kind.endsWith('Monitor'));
    const jobs = JSON.stringify(monitors).match(/"targetLabel":"job","replacement":"([\w-]+)"/g);
    expect(jobs).toHaveLength(2);
    for (const job of jobs ?? []) expect(job).toContain('"notifier-');
    expect(read('deploy/prometheus/rules.yaml')).toContain('up{job=~"notifier.*"}');
  });
});

test('the kit is part of neither the image nor the package', () => {
  expect(read('.dockerignore')).not.toContain('deploy');
  expect(dockerfile).not.toContain('deploy');
  expect(JSON.parse(read('package.json')).files).toEqual(['dist', 'templates']);
});

const SAMPLES: Readonly<Record<string, string>> = {
  REDIS_URL: 'redis://notifier-redis:6379',
  API_KEYS: `shop:${'b'.repeat(64)}`,
};

function filledIn(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(names).map((name) => [name, SAMPLES[name] ?? 'a'.repeat(32)]),
  );
}

function problemsOf(env: Record<string, string>, role: Role): string[] {
  const loaded = loadConfig(env, role);
  return loaded.ok ? [] : loaded.problems.map(({ name, expected }) => `${name}: ${expected}`);
}
