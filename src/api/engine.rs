//! From an operation to its answer: async-graphql's schema and resolvers, with the driver of this service from the root on.
//!
//! The service holds a document against the schema and its bounds once; async-graphql would go through all of it again for
//! each question, with a copy. What it takes to resolve a field, async-graphql gives only to resolvers: a question that
//! is asked when the schema is made takes it from there. Questions about the schema it answers itself.

use std::any::Any;
use std::borrow::Cow;
use std::mem;
use std::sync::{Arc, Mutex, OnceLock};

use async_graphql::context::{QueryEnv, QueryEnvInner};
use async_graphql::extensions::Extensions;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::{ContainerType, resolve_container};
use async_graphql::{
    Context, ContextSelectionSet, Data, IntrospectionMode, ObjectType, OutputType, Positioned, Request, Schema,
    SchemaBuilder, SchemaEnv, ServerError, ServerResult, Value, Variables,
};
use futures_util::FutureExt as _;

use super::answer::Answer;
use super::driver;
use super::load::Mutation;
use super::query::Query;
use super::subscription::Subscription;

/// An operation of a document, with all that goes with it.
pub struct Question {
    /// The document, held against the schema.
    pub document: Arc<ExecutableDocument>,
    /// The name of the operation; the document has only one where there is none.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
    /// What resolvers find in their context.
    pub data: Data,
}

impl Question {
    /// Returns the same question, with nothing in its context.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            document: Arc::clone(&self.document),
            operation_name: self.operation_name.clone(),
            variables: self.variables.clone(),
            data: Data::default(),
        }
    }

    /// Adds something that resolvers find in their context.
    #[must_use]
    pub fn with<D: Any + Send + Sync>(mut self, data: D) -> Self {
        self.data.insert(data);
        self
    }
}

impl TryFrom<Request> for Question {
    type Error = ServerError;

    /// Parses the text of a request.
    fn try_from(mut request: Request) -> Result<Self, ServerError> {
        let document = Arc::new(request.parsed_query()?.clone());
        let Request { operation_name, variables, data, .. } = request;
        Ok(Self { document, operation_name, variables, data })
    }
}

/// What async-graphql gives to resolvers, and nobody else.
pub(super) struct Environment {
    schema: SchemaEnv,
    extensions: Extensions,
    session: Arc<Data>,
}

/// The root of queries as async-graphql has it: it hands out its environment, and answers nothing.
#[derive(Default)]
pub(super) struct Root {
    environment: Arc<OnceLock<Environment>>,
}

impl Root {
    /// Returns where the environment will be, once a question was asked.
    pub(super) fn environment(&self) -> Arc<OnceLock<Environment>> {
        Arc::clone(&self.environment)
    }
}

impl ContainerType for Root {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        self.environment.get_or_init(|| Environment {
            schema: context.schema_env.clone(),
            extensions: context.query_env.extensions.clone(),
            session: Arc::clone(&context.query_env.session_data),
        });
        Ok(None)
    }
}

impl OutputType for Root {
    fn type_name() -> Cow<'static, str> {
        <Query as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Query as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(context, self).await
    }
}

impl ObjectType for Root {}

/// Answers an operation, with the root of its mutations where there are some.
pub(super) fn answer<M: ObjectType + 'static>(
    schema: &Schema<Root, M, Subscription>,
    environment: &Environment,
    mutation: Option<&Mutation>,
    question: Question,
) -> Answer {
    let Question { document, operation_name, variables, data } = question;
    let operation = match operation(&document, operation_name.as_deref()) {
        Ok(operation) => operation,
        Err(error) => return Answer::from_errors(vec![error]),
    };
    let env = environment.query(&document, operation, variables, data);
    let fields = &operation.node.selection_set;
    let context = env.create_context(&environment.schema, None, fields, None);
    let about_schema = |field: &Positioned<Field>| answer_about_schema(schema, &env, field);
    let written = match (operation.node.ty, mutation) {
        (OperationType::Query, _) => driver::write_root(&context, &Query, about_schema),
        (OperationType::Mutation, Some(mutation)) => driver::write_root(&context, mutation, about_schema),
        (OperationType::Mutation, None) => Err(ServerError::new("Nothing can be loaded here.", None)),
        (OperationType::Subscription, _) => {
            Err(ServerError::new("Subscriptions are not supported on this transport.", None))
        }
    };
    let errors = || env.errors.lock().map(|mut errors| mem::take(&mut *errors)).unwrap_or_default();
    match written {
        Ok(written) => Answer::of(written, errors()),
        Err(error) => Answer::from_errors(vec![error]),
    }
}

/// Returns the operation that is asked for: the one of that name, or the only one.
fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d Positioned<OperationDefinition>, ServerError> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        _ => None,
    };
    let unknown = || match name {
        Some(name) => ServerError::new(format!("Unknown operation named \"{name}\""), None),
        None => ServerError::new("Operation name required in request.", None),
    };
    found.ok_or_else(unknown)
}

impl Environment {
    /// Returns what one operation is executed with. Of the operation itself resolvers see only what it declares.
    fn query(
        &self,
        document: &ExecutableDocument,
        operation: &Positioned<OperationDefinition>,
        variables: Variables,
        data: Data,
    ) -> QueryEnv {
        let declared = OperationDefinition {
            ty: operation.node.ty,
            variable_definitions: operation.node.variable_definitions.clone(),
            directives: Vec::new(),
            selection_set: Positioned::default(),
        };
        QueryEnv::new(QueryEnvInner {
            extensions: self.extensions.clone(),
            variables,
            operation_name: None,
            operation: Positioned::new(declared, operation.pos),
            fragments: document.fragments.clone(),
            uploads: Vec::new(),
            session_data: Arc::clone(&self.session),
            query_data: Arc::new(data),
            http_headers: Mutex::default(),
            introspection_mode: IntrospectionMode::Enabled,
            errors: Mutex::default(),
        })
    }
}

/// Answers a field at the root about the schema, as a question of its own, by async-graphql itself.
fn answer_about_schema<M: ObjectType + 'static>(
    schema: &Schema<Root, M, Subscription>,
    env: &QueryEnv,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let selection = Positioned::new(Selection::Field(field.clone()), field.pos);
    let operation = OperationDefinition {
        selection_set: Positioned::new(SelectionSet { items: vec![selection] }, field.pos),
        ..env.operation.node.clone()
    };
    let mut request = Request::new("").variables(env.variables.clone());
    request.set_parsed_query(ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(operation, env.operation.pos)),
        fragments: env.fragments.clone(),
    });
    let waits = || ServerError::new("a question about the schema waits for something", Some(field.pos));
    let response = schema.execute(request).now_or_never().ok_or_else(waits)?;
    if let Ok(mut errors) = env.errors.lock() {
        errors.extend(response.errors);
    }
    Ok(match response.data {
        Value::Object(fields) => fields.into_values().next().unwrap_or_default(),
        _ => Value::Null,
    })
}

/// Makes a schema, and has its root tell its environment.
pub(super) fn set_up<M: ObjectType + 'static>(
    builder: SchemaBuilder<Root, M, Subscription>,
) -> Schema<Root, M, Subscription> {
    let schema = builder.finish();
    // Its root waits for nothing, and gives nothing.
    let _ = schema.execute("{ eras { id } }").now_or_never();
    schema
}
