package io.penstock.compose.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with every fault that was found in it. */
public final class ConfigException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  private final transient List<Fault> faults;

  public ConfigException(List<Fault> faults) {
    super(text(faults));
    this.faults = List.copyOf(faults);
  }

  private static String text(List<Fault> faults) {
    return faults.size() == 1
        ? faults.getFirst().toString()
        : faults.stream()
            .map(fault -> "  " + fault)
            .collect(
                Collectors.joining(
                    "\n", "the configuration has %d faults:\n".formatted(faults.size()), ""));
  }

  public List<Fault> faults() {
    return faults;
  }
}
