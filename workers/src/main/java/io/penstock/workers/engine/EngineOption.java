package io.penstock.workers.engine;

/**
 * One option of an engine, as help texts and configuration files show it.
 *
 * @param name the option's name: a lower-case letter, then lower-case letters, digits and hyphens.
 *     An option that is set once for each of several things ends in a dot and a capitalised
 *     placeholder, such as {@code served-name.MODEL}
 * @param description what the option does, its unit or form, and its default, in one sentence
 */
public record EngineOption(String name, String description) {

  public EngineOption {
    if (!name.matches("[a-z][a-z0-9-]*(\\.[A-Z]+)?")) {
      throw new IllegalArgumentException(
          "option name '%s' must be lower-case letters, digits and hyphens, such as base-url or"
                  .formatted(name)
              + " served-name.MODEL");
    }
    if (description.isBlank()) {
      throw new IllegalArgumentException("option " + name + " needs a description");
    }
  }
}
