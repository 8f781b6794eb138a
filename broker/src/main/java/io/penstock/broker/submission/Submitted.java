package io.penstock.broker.submission;

import io.penstock.broker.requests.KnownRequest;
import io.penstock.broker.requests.Watches;
import io.penstock.schemas.ServiceClass;
import java.util.Map;
import java.util.Optional;

/**
 * A request that is under way.
 *
 * @param id its id
 * @param serviceClass its class
 * @param named whether the caller may come back for it by its idempotency key
 * @param watch to be closed when nobody waits any more
 * @param before what is known of it, if it was submitted before under its idempotency key
 * @param known what is known of it now
 * @param headers what the answer says of limits
 */
public record Submitted(
    String id,
    ServiceClass serviceClass,
    boolean named,
    Watches.Watch watch,
    Optional<KnownRequest> before,
    KnownRequest known,
    Map<String, String> headers) {}
