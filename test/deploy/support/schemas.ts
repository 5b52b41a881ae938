import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import type { Manifest } from './kustomize.js';

/** Made of the schemas that Kubernetes, KEDA and the Prometheus operator publish. */
const MODELS = [
  ConfigMap,
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  ScaledObject,
  Secret,
  Service,
  ServiceMonitor,
  StatefulSet,
] as const;

/**
 * What is wrong with a manifest by its published schema. Fields that the schema does not have are wrong, too: they
 * are the ones that no validation has looked at.
 */
export function faultsOf(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const model = MODELS.find((each) => each.apiVersion === apiVersion && each.kind === kind);
  if (model === undefined) return [`there is no schema for ${apiVersion} ${kind}`];
  const looked = new Map<object, Set<string>>();
  try {
    model.prototype.validate.call(watched(manifest, looked));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return unseen(manifest, looked, kind);
}

/** The same value, that notes which of its fields are asked for. */
function watched<T>(value: T, looked: Map<object, Set<string>>): T {
  if (typeof value !== 'object' || value === null) return value;
  const seen = looked.get(value) ?? new Set<string>();
  looked.set(value, seen);
  return new Proxy(value, {
    get(target, field) {
      if (typeof field === 'string') seen.add(field);
      return watched(Reflect.get(target, field), looked);
    },
  });
}

function unseen(value: unknown, looked: Map<object, Set<string>>, where: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    const at = `${where}.${field}`;
    const isSeen = Array.isArray(value) || looked.get(value)?.has(field) === true;
    return isSeen ? unseen(inner, looked, at) : [`${at} is not in the schema`];
  });
}
