package io.penstock.compose.bench.real;

import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.FirstResults;
import io.penstock.compose.bench.load.FirstResults.Arrival;
import io.penstock.compose.bench.sim.FleetExperiment.Served;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Records what came of the requests, by their results. This class is thread-safe. */
final class ServedLog {

  private final Map<String, Moments> succeeded = new HashMap<>();
  private final FirstResults results = new FirstResults();

  /** In microseconds since 1970. */
  private record Moments(long firstToken, long finished) {}

  /** Call it before the request is sent. */
  synchronized void sending(String id) {
    results.sending(id);
  }

  synchronized void result(InferenceResult result) {
    if (results.result(result.getId()) != Arrival.FIRST
        || result.getStatus() != TerminalStatus.SUCCEEDED) {
      return;
    }
    Optional<Instant> firstToken = result.getFirstTokenAt();
    Optional<Instant> finished = result.getEngineFinishedAt();
    if (firstToken.isPresent() && finished.isPresent()) {
      succeeded.put(
          result.getId(),
          new Moments(EpochMicros.of(firstToken.get()), EpochMicros.of(finished.get())));
    }
  }

  synchronized int answered() {
    return results.answered();
  }

  synchronized int succeeded() {
    return succeeded.size();
  }

  /** By the trace's clock, from the moment at which the first request was due. */
  synchronized Map<String, Served> onTraceClock(long beginMicros, TimeScale scale) {
    Map<String, Served> all = HashMap.newHashMap(succeeded.size());
    succeeded.forEach(
        (id, at) ->
            all.put(
                id,
                new Served(
                    scale.trace((at.firstToken() - beginMicros) * 1000),
                    scale.trace((at.finished() - beginMicros) * 1000))));
    return all;
  }
}
