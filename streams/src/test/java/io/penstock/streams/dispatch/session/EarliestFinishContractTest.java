package io.penstock.streams.dispatch.session;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.WorkerChoiceContract;

class EarliestFinishContractTest extends WorkerChoiceContract {

  @Override
  protected WorkerChoice policy() {
    return Extensions.create(
        WorkerChoiceProvider.class,
        "choice",
        Extension.named("earliest-finish"),
        WorkerChoiceProvider::create);
  }
}
