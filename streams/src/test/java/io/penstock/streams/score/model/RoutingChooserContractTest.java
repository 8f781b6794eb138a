package io.penstock.streams.score.model;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.ModelChooserContract;

class RoutingChooserContractTest extends ModelChooserContract {

  @Override
  protected ModelChooser policy(ChooserParts parts) {
    return Extensions.create(
        ModelChooserProvider.class,
        "chooser",
        Extension.named("routing"),
        (provider, options) -> provider.create(parts, options));
  }
}
