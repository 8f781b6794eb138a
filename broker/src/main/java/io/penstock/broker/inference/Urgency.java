package io.penstock.broker.inference;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ServiceClass;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which class a request is of. The header says it; else OpenAI's {@code service_tier}: {@code
 * priority} and {@code scale} are interactive, {@code flex} is batch, and {@code default}, {@code
 * auto} and nothing are standard.
 *
 * <p>A key has a ceiling. Whoever asks for a class above it is refused; whoever leaves the choice
 * open gets the ceiling where standard is above it.
 */
public final class Urgency {

  /** The header. */
  public static final String HEADER = "penstock-class";

  private static final String TIER = "service_tier";

  private static final Map<String, Optional<ServiceClass>> TIERS =
      Map.of(
          "auto", Optional.empty(),
          "default", Optional.empty(),
          "priority", Optional.of(ServiceClass.INTERACTIVE),
          "scale", Optional.of(ServiceClass.INTERACTIVE),
          "flex", Optional.of(ServiceClass.BATCH));

  private Urgency() {}

  /**
   * The class of a request.
   *
   * @param header the value of {@link #HEADER}
   * @param tier the body's {@code service_tier}
   * @param ceiling the most urgent class that the caller may use
   * @throws ApiException naming what is wrong or not allowed
   */
  public static ServiceClass of(
      Optional<String> header, Optional<String> tier, ServiceClass ceiling) {
    Optional<ServiceClass> tiered = tier.flatMap(Urgency::ofTier);
    if (header.isPresent()) {
      return allowed(HEADER, ofHeader(header.get()), ceiling);
    }
    if (tiered.isPresent()) {
      return allowed(TIER, tiered.get(), ceiling);
    }
    return isAbove(ServiceClass.STANDARD, ceiling) ? ceiling : ServiceClass.STANDARD;
  }

  private static ServiceClass ofHeader(String value) {
    return Arrays.stream(ServiceClass.values())
        .filter(each -> each.name().equalsIgnoreCase(value.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiException(
                    ApiError.invalid(
                        HEADER,
                        "invalid_value",
                        "The header %s must be one of %s."
                            .formatted(
                                HEADER,
                                Arrays.stream(ServiceClass.values())
                                    .map(Urgency::name)
                                    .collect(Collectors.joining(", "))))));
  }

  private static Optional<ServiceClass> ofTier(String tier) {
    Optional<ServiceClass> known = TIERS.get(tier);
    if (known == null) {
      throw new ApiException(
          ApiError.invalid(
              TIER,
              "invalid_value",
              "'service_tier' must be one of auto, default, flex, priority, scale."));
    }
    return known;
  }

  /**
   * The class that is asked for, if the caller may use it.
   *
   * @param param the field or header that asks
   * @throws ApiException with 403 if it is above the ceiling
   */
  public static ServiceClass allowed(String param, ServiceClass asked, ServiceClass ceiling) {
    if (isAbove(asked, ceiling)) {
      throw new ApiException(
          new ApiError(
              403,
              "permission_error",
              "class_not_allowed",
              "This API key may use the class %s at most, and the request asks for %s."
                  .formatted(name(ceiling), name(asked)),
              Optional.of(param),
              Map.of()));
    }
    return asked;
  }

  /** Whether one class is more urgent than another. */
  public static boolean isAbove(ServiceClass one, ServiceClass other) {
    return one.compareTo(other) < 0;
  }

  /** A class as HTTP writes it. */
  public static String name(ServiceClass serviceClass) {
    return serviceClass.name().toLowerCase(Locale.ROOT);
  }
}
