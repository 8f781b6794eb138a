package io.penstock.streams.control;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ScoredRequest;
import java.util.List;
import java.util.function.Predicate;

/** The log of scored requests, looked at from its end. */
@FunctionalInterface
interface ReplaySource {

  /**
   * The last requests of a model, the latest last; fewer if the log, or what is read of it, has no
   * more.
   */
  List<ScoredRequest> last(ModelSpec model, int count, Predicate<ScoredRequest> wanted);
}
