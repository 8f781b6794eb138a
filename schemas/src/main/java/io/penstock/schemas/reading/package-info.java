/**
 * Reading topics without a consumer group: threads that own a consumer and begin anew after
 * failures, and compacted topics that are read whole and then followed.
 */
package io.penstock.schemas.reading;
