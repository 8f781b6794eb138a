package io.penstock.workers.lease;

/**
 * Identifies a worker in its records.
 *
 * @param workerId its id
 * @param host where it runs
 * @param engine its engine's name
 * @param slots requests it runs at once
 */
public record WorkerIdentity(String workerId, String host, String engine, int slots) {}
