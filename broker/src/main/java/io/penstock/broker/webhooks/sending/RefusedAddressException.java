package io.penstock.broker.webhooks.sending;

import java.net.UnknownHostException;

/** A host has no address to which webhooks may be sent. */
public final class RefusedAddressException extends UnknownHostException {

  private static final long serialVersionUID = 1;

  RefusedAddressException(String host) {
    super(
        "the host %s has no public address; the operator can allow others with http.webhooks.allowedNetworks"
            .formatted(host));
  }
}
