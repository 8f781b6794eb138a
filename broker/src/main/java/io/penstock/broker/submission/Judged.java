package io.penstock.broker.submission;

import io.penstock.broker.inference.BodyFacts;
import io.penstock.broker.prediction.Outlook;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.Optional;

/**
 * An ask that may be submitted.
 *
 * @param ask what is asked for
 * @param facts what its body says
 * @param serviceClass its class
 * @param deadline when an answer is worthless, where the caller says so
 * @param outlook what it has to expect
 */
public record Judged(
    Ask ask,
    BodyFacts facts,
    ServiceClass serviceClass,
    Optional<Instant> deadline,
    Outlook outlook) {}
