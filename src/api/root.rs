//! The root of an operation: what stands there several times under one key is one field.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{ContainerType, resolve_container};
use async_graphql::{Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};

use super::driver::fields_of;

/// A root, whose fields async-graphql drives itself, for they may wait. It would put together what several fields of
/// one key give, and cannot look into what is written already; so the first is asked for what all of them ask.
pub(super) struct Root<T>(pub(super) T);

impl<T: ObjectType> ContainerType for Root<T> {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        let whole = context.with_selection_set(&context.query_env.operation.node.selection_set);
        let key = &context.item.node.response_key().node;
        let mut fields = fields_of(&whole, &self.0)?.into_iter();
        match fields.find(|field| field.node.response_key().node == *key) {
            // It is part of an earlier one.
            Some(field) if field.pos != context.item.pos => Ok(None),
            Some(Cow::Owned(field)) => {
                let mut context = context.clone();
                context.item = &field;
                self.0.resolve_field(&context).await
            }
            Some(Cow::Borrowed(_)) | None => self.0.resolve_field(context).await,
        }
    }
}

impl<T: ObjectType> OutputType for Root<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(context, self).await
    }
}

impl<T: ObjectType> ObjectType for Root<T> {}
