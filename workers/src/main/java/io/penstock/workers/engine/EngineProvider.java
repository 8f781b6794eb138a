package io.penstock.workers.engine;

import io.penstock.schemas.extension.Options;
import java.time.InstantSource;
import java.util.List;

/**
 * Makes engines of one kind: the door by which an engine enters Penstock. {@link EngineFactory}
 * finds providers with {@link java.util.ServiceLoader}, so a jar on the class path adds an engine
 * when it names its provider in {@code
 * META-INF/services/io.penstock.workers.engine.EngineProvider}. A provider has a public constructor
 * without arguments that does no work: it also runs when another engine is chosen.
 */
public interface EngineProvider {

  /**
   * The name by which the settings choose this engine, such as {@code openai}: a lower-case letter,
   * then lower-case letters, digits and hyphens. No two providers share a name.
   */
  String name();

  /** Every option the engine has, in the order in which a person should read them. */
  List<EngineOption> options();

  /**
   * Creates and starts an engine. The caller closes it.
   *
   * @param options the values that were set; only options that {@link #options} lists. One that is
   *     set and left unread is refused
   * @param clock tells the time, by which the engine judges deadlines
   * @throws IllegalArgumentException if a value is wrong; the message names the option and says
   *     what is allowed
   */
  Engine create(Options options, InstantSource clock);
}
