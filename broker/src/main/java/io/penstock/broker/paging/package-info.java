/** Lists in pages, as OpenAI's API cuts them. */
package io.penstock.broker.paging;
