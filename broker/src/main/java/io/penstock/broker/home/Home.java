package io.penstock.broker.home;

import io.penstock.schemas.reading.RecordFaults;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition as its new owner finds it.
 *
 * @param partition of results
 * @param entries what the front topic holds in this partition
 * @param writer writes to it while this instance owns the partition
 */
public record Home(int partition, Collection<StateEntry> entries, StateWriter writer) {

  private static final Logger LOG = LoggerFactory.getLogger(Home.class);

  /**
   * The entries of one kind by their ids, in the order of the log. One that cannot be decoded is
   * left out with a warning: it must not keep the partition closed.
   *
   * @param decode throws something for a damaged entry, whatever it is
   */
  public <T> Map<String, T> read(String kind, Function<StateEntry, T> decode) {
    Map<String, T> read = new LinkedHashMap<>();
    for (StateEntry entry : entries) {
      if (!entry.kind().equals(kind)) {
        continue;
      }
      RecordFaults.guard(
          () -> read.put(entry.id(), decode.apply(entry)),
          damaged -> LOG.warn("Ignoring the entry {}: {}", entry.key(), damaged.toString()));
    }
    return read;
  }
}
