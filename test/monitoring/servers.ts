import type { AlertCase } from "./case.ts";

const up = (job: string, instance: string, server: string) =>
  `up{job="${job}",instance="${instance}",server="${server}"}`;
const ACTIVE = 'haproxy_backend_active_servers{job="haproxy",proxy="web",instance="lb1"}';
const ready = (server: string) =>
  `haproxy_server_status{job="haproxy",proxy="web",server="${server}",state="UP",instance="lb1"}`;
/** Nobody asks it whether it is ready. */
const LAST = { [ready("last-resort-server1")]: "1x20" };

export const serverCases: readonly AlertCase[] = [
  {
    name: "a server is lost when nothing of it answers",
    every: "5s",
    series: {
      [up("application", "app-server1", "server1")]: "1x4 0x40",
      [up("router", "router-server1", "server1")]: "1x4 0x40",
      'nginx_up{instance="web-server1",server="server1"}': "1x4 0x40",
      'mysql_up{instance="mysql-server1",server="server1"}': "1x8 0x40",
      [up("application", "app-server2", "server2")]: "1x44",
    },
    quiet: [["ServerDown", "35s"]],
    firing: [
      { alert: "ServerDown", at: "55s", labels: { server: "server1" }, summary: "server1: nothing of it answers" },
    ],
  },
  {
    name: "a server with one container is lost when a roll would have replaced it",
    every: "5s",
    series: { 'mysql_up{instance="mysql-server3",server="server3"}': "1x4 0x40" },
    quiet: [["ServerDown", "60s"]],
    firing: [
      { alert: "ServerDown", at: "100s", labels: { server: "server3" }, summary: "server3: nothing of it answers" },
    ],
  },
  {
    name: "an arbiter is no server",
    every: "5s",
    series: { 'mysql_up{instance="mysql-arbiter",server="arbiter"}': "0x40" },
    quiet: [["ServerDown", "150s"]],
  },
  {
    name: "an instance that is away for a minute",
    every: "5s",
    series: { [up("router", "router-server1", "server1")]: "1 0x20" },
    quiet: [["InstanceDown", "55s"]],
    firing: [
      {
        alert: "InstanceDown",
        at: "75s",
        labels: { job: "router", tier: "router", instance: "router-server1", server: "server1" },
        summary: "router-server1 does not answer",
      },
    ],
  },
  {
    name: "an application that is ready gives no figures: it is there",
    every: "15s",
    series: {
      [up("application", "app-server1", "server1")]: "0x40",
      [up("application", "app-server2", "server2")]: "0x40",
      [ready("server1")]: "1x40",
      [ready("server2")]: "0x40",
    },
    quiet: [["NoApplicationFigures", "4m"]],
    firing: [
      {
        alert: "NoApplicationFigures",
        at: "8m",
        labels: { job: "application", tier: "application", instance: "app-server1", server: "server1" },
        summary: "app-server1 is ready, and gives no figures",
      },
      {
        alert: "InstanceDown",
        at: "8m",
        labels: { job: "application", tier: "application", instance: "app-server2", server: "server2" },
        summary: "app-server2 does not answer",
      },
    ],
  },
  {
    name: "nobody is ready",
    every: "5s",
    series: { [ready("server1")]: "1x2 0x10", [ready("server2")]: "1x2 0x10", ...LAST },
    quiet: [["NoServerReady", "12s"]],
    firing: [
      {
        alert: "NoServerReady",
        at: "25s",
        summary: "No server says that it is ready; every load balancer tries them all",
      },
    ],
  },
  {
    name: "the reserve works",
    every: "5s",
    series: { [ACTIVE]: "1x2 0x10", [ready("server1")]: "1x2 0x10", [ready("server2")]: "1x12", ...LAST },
    quiet: [
      ["ReserveAtWork", "12s"],
      ["NoServerReady", "25s"],
    ],
    firing: [{ alert: "ReserveAtWork", at: "25s", summary: "The passive server does the work: the active one is out" }],
  },
  {
    name: "a server whose readiness is red",
    every: "5s",
    series: {
      'haproxy_server_status{job="haproxy",proxy="web",server="server1",state="DOWN",instance="lb1"}': "0x2 1x20",
    },
    quiet: [["ServerOutOfRotation", "35s"]],
    firing: [
      {
        alert: "ServerOutOfRotation",
        at: "50s",
        labels: { server: "server1" },
        summary: "The load balancers send server1 nothing: its readiness is red",
      },
    ],
  },
  {
    name: "one of the pair",
    every: "5s",
    series: { 'up{job="haproxy",instance="lb1"}': "1x20", 'up{job="haproxy",instance="lb2"}': "1x2 0x20" },
    quiet: [["LoadBalancerAlone", "20s"]],
    firing: [{ alert: "LoadBalancerAlone", at: "40s", summary: "One load balancer of two is left" }],
  },
  {
    name: "the address is elsewhere",
    every: "5s",
    series: {
      'foobar_virtual_address_holder{job="virtual-address",instance="10.201.0.254",load_balancer="lb1"}': "1x2 stale",
      'foobar_virtual_address_holder{job="virtual-address",instance="10.201.0.254",load_balancer="lb2"}': "_x3 1x20",
    },
    quiet: [["VirtualAddressAway", "10s"]],
    firing: [
      {
        alert: "VirtualAddressAway",
        at: "40s",
        labels: { job: "virtual-address", instance: "10.201.0.254", load_balancer: "lb2" },
        summary: "lb2 holds 10.201.0.254, which another one has by configuration",
      },
    ],
  },
  {
    name: "a container that cannot stay up",
    every: "5s",
    series: {
      'process_start_time_seconds{job="application",instance="app-server1",server="server1"}': "0 0 1 1 2 2 3 3 3 3",
    },
    quiet: [["Restarting", "20s"]],
    firing: [
      {
        alert: "Restarting",
        at: "50s",
        labels: { job: "application", instance: "app-server1", server: "server1" },
        summary: "app-server1 was started 3 times within 15 minutes",
      },
    ],
  },
];
