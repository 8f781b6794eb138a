package io.penstock.streams.control;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingEntry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the control loop decides. Opening one shuts out every earlier writer of the routing
 * topic; what they wrote is there to be read then. An instance belongs to one thread.
 */
interface ControlWriter extends AutoCloseable {

  /** Another writer of the routing topic came since: look again, and decide anew. */
  final class Overtaken extends RuntimeException {
    Overtaken(Throwable cause) {
      super("another writer of the routing topic came between", cause);
    }
  }

  /**
   * Writes all or nothing.
   *
   * @param entries by record key; null removes
   * @param requests to be asked in shadow
   * @throws Overtaken if nothing was written because another writer came between
   */
  void write(Map<String, @Nullable RoutingEntry> entries, List<InferenceRequest> requests);

  @Override
  void close();
}
