import { addressIn } from "./subnets.ts";

/**
 * The fixed addresses of Prometheus and of the blackbox exporter in the edge network of one machine: the load balancers
 * admit them. They are before those of the load balancers, so that the smallest network has room for all.
 */
export function watcherAddresses(edge: string): { readonly prometheus: string; readonly blackbox: string } {
  return { prometheus: addressIn(edge, 9), blackbox: addressIn(edge, 10) };
}
