package io.penstock.broker.admin;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.registry.RulesBrokenException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/** Says in an answer why a change was refused. */
final class Refusals {

  private Refusals() {}

  /** Makes a change that may break rules. */
  static <T> T explained(Supplier<T> change) {
    try {
      return change.get();
    } catch (RulesBrokenException broken) {
      throw new ApiException(
          ApiError.invalid(400, "invalid_value", String.join("; ", broken.violations()) + "."));
    } catch (ConcurrentRegistryChangeException concurrent) {
      throw new ApiException(
          ApiError.invalid(
                  409, "changed_meanwhile", "Somebody else changed it at the same time; try again.")
              .retryAfter(Duration.ofSeconds(1)));
    }
  }

  /** Makes a change that the state of things may not allow. */
  static <T> T allowed(Supplier<T> change) {
    return explained(
        () -> {
          try {
            return change.get();
          } catch (IllegalArgumentException refused) {
            throw new ApiException(ApiError.invalid(409, "not_possible", sentence(refused)));
          }
        });
  }

  /** Reads what somebody wrote. */
  static <T> T readable(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException wrong) {
      throw new ApiException(ApiError.invalid(400, "invalid_value", sentence(wrong)));
    }
  }

  private static String sentence(IllegalArgumentException fault) {
    String said = String.valueOf(fault.getMessage());
    String capital = said.substring(0, 1).toUpperCase(Locale.ROOT) + said.substring(1);
    return capital.endsWith(".") ? capital : capital + ".";
  }

  static ApiException notFound(String what, String name) {
    return new ApiException(ApiError.notFound(what, name));
  }
}
