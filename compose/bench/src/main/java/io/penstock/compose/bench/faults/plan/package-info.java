/** Which faults a run has, by its seed: functions without processes, Kafka or clocks. */
package io.penstock.compose.bench.faults.plan;
