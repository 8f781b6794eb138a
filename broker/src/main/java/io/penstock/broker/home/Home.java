package io.penstock.broker.home;

import java.util.Collection;

/**
 * A partition as its new owner finds it.
 *
 * @param partition of results
 * @param entries what the front topic holds in this partition
 * @param writer writes to it while this instance owns the partition
 */
public record Home(int partition, Collection<StateEntry> entries, StateWriter writer) {}
