import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { projectRoot } from '../../support/pages.js';

/*
 * As much of kustomize as deploy/kubernetes uses, since neither npm nor the distribution has it. A field that is
 * not known here ends the rendering: it would be left out silently otherwise. Unlike kustomize it adds no hash to
 * the names of generated ConfigMaps.
 */

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

interface Generator {
  name: string;
  behavior?: 'merge';
  envs: string[];
}

interface Patch {
  target?: { kind: string; name?: string };
  path?: string;
  patch?: string;
}

interface Kustomization {
  apiVersion: string;
  kind: 'Kustomization' | 'Component';
  namespace?: string;
  labels?: { pairs: Record<string, string>; includeTemplates?: boolean }[];
  resources?: string[];
  components?: string[];
  images?: { name: string; newName: string; newTag: string }[];
  replicas?: { name: string; count: number }[];
  configMapGenerator?: Generator[];
  patches?: Patch[];
}

const FIELDS = [
  'apiVersion',
  'kind',
  'namespace',
  'labels',
  'resources',
  'components',
  'images',
  'replicas',
  'configMapGenerator',
  'patches',
];

export const KUBERNETES = fileURLToPath(new URL('deploy/kubernetes', projectRoot));

/** Every path that a kustomization refers to is read through here, so that all are noted. */
export interface Rendering {
  manifests: Manifest[];
  files: string[];
}

/** Renders a folder with a kustomization.yaml, such as `overlays/small`. */
export function render(folder: string, extra: { components?: string[] } = {}): Rendering {
  const files: string[] = [];
  const manifests = build(path.join(KUBERNETES, folder), files, extra.components ?? []);
  return { manifests, files };
}

function build(folder: string, files: string[], extra: string[] = []): Manifest[] {
  const kustomization = readKustomization(folder, files);
  const manifests: Manifest[] = [];
  for (const resource of kustomization.resources ?? []) {
    const at = path.join(folder, resource);
    manifests.push(...(resource.endsWith('.yaml') ? readManifests(at, files) : build(at, files)));
  }
  generate(kustomization, folder, manifests, files);
  const components = (kustomization.components ?? []).map((each) => path.join(folder, each));
  for (const component of [...components, ...extra.map((each) => path.join(KUBERNETES, each))]) {
    const part = readKustomization(component, files);
    for (const resource of part.resources ?? []) {
      manifests.push(...readManifests(path.join(component, resource), files));
    }
    transform(part, component, manifests, files);
  }
  transform(kustomization, folder, manifests, files);
  return manifests;
}

function readText(file: string, files: string[]): string {
  if (!existsSync(file)) throw new Error(`${path.relative(KUBERNETES, file)} does not exist`);
  files.push(path.relative(KUBERNETES, file));
  return readFileSync(file, 'utf8');
}

function readKustomization(folder: string, files: string[]): Kustomization {
  const file = path.join(folder, 'kustomization.yaml');
  const read = parse(readText(file, files)) as Kustomization;
  const unknown = Object.keys(read).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0) throw new Error(`${file}: not known here: ${unknown.join(', ')}`);
  return read;
}

export function readManifests(file: string, files: string[] = []): Manifest[] {
  return parseAllDocuments(readText(file, files)).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as Manifest;
  });
}

function generate(
  { configMapGenerator = [] }: Kustomization,
  folder: string,
  manifests: Manifest[],
  files: string[],
): void {
  for (const { name, behavior, envs } of configMapGenerator) {
    const data = Object.assign(
      {},
      ...envs.map((each) => parseEnv(readText(path.join(folder, each), files))),
    );
    const there = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name,
    );
    if ((there !== undefined) !== (behavior === 'merge')) {
      throw new Error(`ConfigMap ${name}: behavior merge is for one that is there`);
    }
    if (there === undefined) {
      manifests.push({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
    } else Object.assign(there['data'] as object, data);
  }
}

type Tree = Record<string, unknown>;

function transform(
  kustomization: Kustomization,
  folder: string,
  manifests: Manifest[],
  files: string[],
): void {
  for (const patch of kustomization.patches ?? []) {
    const text = patch.patch ?? readText(path.join(folder, patch.path ?? ''), files);
    applyPatch(parse(text), patch.target, manifests);
  }
  for (const manifest of manifests) {
    const spec = manifest['spec'] as Tree | undefined;
    const template = spec?.['template'] as { metadata: Tree; spec: Tree } | undefined;
    if (kustomization.namespace !== undefined) {
      manifest.metadata.namespace = kustomization.namespace;
    }
    for (const { pairs, includeTemplates } of kustomization.labels ?? []) {
      manifest.metadata.labels = { ...manifest.metadata.labels, ...pairs };
      if (includeTemplates && template) {
        template.metadata['labels'] = { ...(template.metadata['labels'] as object), ...pairs };
      }
    }
    const count = kustomization.replicas?.find(
      ({ name }) => name === manifest.metadata.name,
    )?.count;
    if (count !== undefined && manifest.kind === 'Deployment' && spec) spec['replicas'] = count;
    for (const container of (template?.spec['containers'] ?? []) as { image: string }[]) {
      const image = kustomization.images?.find(({ name }) => name === container.image);
      if (image) container.image = `${image.newName}:${image.newTag}`;
    }
  }
}

interface Operation {
  op: 'add' | 'remove';
  path: string;
  value?: unknown;
}

function applyPatch(
  patch: Operation[] | Manifest,
  target: Patch['target'],
  manifests: Manifest[],
): void {
  const wanted = Array.isArray(patch) ? target : { kind: patch.kind, name: patch.metadata.name };
  const met = manifests.filter(
    ({ kind, metadata }) =>
      kind === wanted?.kind && (wanted.name === undefined || wanted.name === metadata.name),
  );
  if (met.length === 0) throw new Error(`a patch meets nothing: ${JSON.stringify(wanted)}`);
  for (const manifest of met) {
    if (!Array.isArray(patch)) mergeInto(manifest, patch);
    else for (const operation of patch) applyOperation(manifest, operation);
  }
}

function applyOperation(manifest: Manifest, { op, path: pointer, value }: Operation): void {
  const steps = pointer.split('/').slice(1);
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Tree>((tree, step) => tree[step] as Tree, manifest);
  if (op === 'add') parent[last] = structuredClone(value);
  else if (op === 'remove' && last in parent) delete parent[last];
  else throw new Error(`cannot ${op} ${pointer}`);
}

/** Lists are replaced: the strategic merge of named lists is not used. */
function mergeInto(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) {
    const there = into[key];
    const isTree = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isTree && typeof there === 'object' && there !== null)
      mergeInto(there as Tree, value as Tree);
    else into[key] = structuredClone(value);
  }
}
