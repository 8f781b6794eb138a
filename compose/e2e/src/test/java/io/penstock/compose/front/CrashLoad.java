package io.penstock.compose.front;

import io.penstock.schemas.InferenceResult;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What some clients do while instances crash, and what must be true of it in the end. */
interface CrashLoad {

  /** Takes one step, such as one call; many threads take steps at once. */
  void step(RandomGenerator random) throws Exception;

  /**
   * Asserts that nothing was lost or doubled, after everything has ended and all instances run.
   *
   * @param results all that lie on the topic, by id
   */
  void verify(RandomGenerator random, Map<String, List<InferenceResult>> results) throws Exception;

  /** Whether everything that these clients may do was done at least once. */
  boolean isVaried();

  /** What was done, in a few words. */
  String summary();
}
